using System.ComponentModel;
using System.Diagnostics;
using K2.Cli.Compose;
using K2.TestKit;

namespace K2.Api.Tests.Compose;

/// <summary>The compose file as docker-compose itself reads it; no engine is needed for that. .ci/run installs it, else: <c>apt-get install docker-compose</c>.</summary>
public sealed class DockerComposeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("k2-compose-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Config_WithAnEnvironmentFile_IsAccepted_AndComesOutWithItsValues()
    {
        var (text, _) = EnvironmentFile.Fill(RepositoryFiles.Text(EnvironmentFile.ExampleName), EnvironmentFile.ExampleName);

        var (code, output, error) = await ConfigOrSkipAsync(text);

        Assert.True(code == 0, error);
        Assert.DoesNotContain("variable is not set", error, StringComparison.Ordinal);
        Assert.Contains("image: k2-silo:local", output, StringComparison.Ordinal);
        Assert.Contains("requirepass $$REDISCLI_AUTH", output, StringComparison.Ordinal);
        var password = text.Split('\n').Single(line => line.StartsWith("K2_CLICKHOUSE_PASSWORD=", StringComparison.Ordinal)).Split('=')[1];
        Assert.Contains($"Username=k2;Password={password}", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Config_WithoutOne_StopsAndSaysWhatToRun()
    {
        var (code, _, error) = await ConfigOrSkipAsync("");

        Assert.NotEqual(0, code);
        Assert.Contains("k2 compose init", error, StringComparison.Ordinal);
    }

    private async Task<(int Code, string Output, string Error)> ConfigOrSkipAsync(string environment)
    {
        var file = Path.Combine(_folder, "values");
        await File.WriteAllTextAsync(file, environment, TestContext.Current.CancellationToken);
        var start = new ProcessStartInfo("docker-compose") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in (string[])["--env-file", file, "--file", RepositoryFiles.Path(ComposeYaml.Name), "config"]) start.ArgumentList.Add(argument);
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("K2_", StringComparison.Ordinal)).ToList()) start.Environment.Remove(name);
        try
        {
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return (process.ExitCode, await output, error);
        }
        catch (Win32Exception)
        {
            Assert.Skip("docker-compose is not installed");
            throw;
        }
    }
}
