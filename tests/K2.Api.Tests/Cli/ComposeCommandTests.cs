using K2.Api.Tests.Compose;
using K2.Cli;
using K2.Cli.Compose;
using K2.TestKit;

namespace K2.Api.Tests.Cli;

public sealed class ComposeCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("k2-compose-").FullName;

    private string Compose => Path.Combine(_folder, ComposeFile.DefaultName);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Init_WritesEveryVariable_SecretsRandom_ReadableByItsOwnerOnly()
    {
        CopyCluster();

        var run = await CliRun.OfAsync(["compose", "init", "--file", Compose]);

        Assert.Equal((ExitCode.Ok, ""), (run.ExitCode, run.Error));
        var path = Path.Combine(_folder, ".env");
        var written = await VariablesAsync(path);
        var example = await VariablesAsync(RepositoryFiles.Path(".env.example"));
        Assert.Equal(example.Keys, written.Keys);
        var secrets = written.Where(pair => example[pair.Key].Length == 0).Select(pair => pair.Value).ToList();
        Assert.All(secrets, secret => Assert.Matches("^[A-Za-z0-9]{32}$", secret));
        Assert.Equal(secrets.Count, secrets.Distinct(StringComparer.Ordinal).Count());
        Assert.All(example.Where(pair => pair.Value.Length > 0), pair => Assert.Equal(pair.Value, written[pair.Key]));
        Assert.Contains($"{secrets.Count} random passwords", run.Out, StringComparison.Ordinal);
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, run.Out, StringComparison.Ordinal));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public async Task Init_Twice_RefusesAndLeavesTheFirst()
    {
        CopyCluster();
        await CliRun.OfAsync(["compose", "init", "--file", Compose]);
        var first = await File.ReadAllTextAsync(Path.Combine(_folder, ".env"), TestContext.Current.CancellationToken);

        var run = await CliRun.OfAsync(["compose", "init", "--file", Compose]);

        Assert.Equal(ExitCode.Failed, run.ExitCode);
        Assert.Contains("is there already", run.Error, StringComparison.Ordinal);
        Assert.Equal(first, await File.ReadAllTextAsync(Path.Combine(_folder, ".env"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Init_InTwoFolders_MakesOtherPasswords()
    {
        var folders = (string[])[Path.Combine(_folder, "one"), Path.Combine(_folder, "two")];
        foreach (var folder in folders)
        {
            CopyCluster(Directory.CreateDirectory(folder).FullName);
            Assert.Equal(ExitCode.Ok, (await CliRun.OfAsync(["compose", "init", "--file", Path.Combine(folder, ComposeFile.DefaultName)])).ExitCode);
        }

        var secrets = (await VariablesAsync(RepositoryFiles.Path(".env.example"))).Where(pair => pair.Value.Length == 0).Select(pair => pair.Key).ToList();
        var (first, second) = (await VariablesAsync(Path.Combine(folders[0], ".env")), await VariablesAsync(Path.Combine(folders[1], ".env")));
        Assert.NotEmpty(secrets);
        Assert.All(secrets, secret => Assert.NotEqual(first[secret], second[secret]));
    }

    [Fact]
    public async Task Init_ExampleWithALineThatIsNoVariable_NamesTheLine()
    {
        CopyCluster();
        await File.WriteAllTextAsync(Path.Combine(_folder, ".env.example"), "# good\nGOOD=1\nbad\n", TestContext.Current.CancellationToken);

        var run = await CliRun.OfAsync(["compose", "init", "--file", Compose]);

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("line 3 is no variable", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder, ".env")));
    }

    [Fact]
    public async Task Budget_OfTheCluster_ListsServicesAndTotals()
    {
        var run = await CliRun.OfAsync(["budget", "--file", RepositoryFiles.Path(ComposeYaml.Name)]);

        Assert.Equal((ExitCode.Ok, ""), (run.ExitCode, run.Error));
        foreach (var service in ComposeYaml.Services.Keys) Assert.Contains($"  {service} ", run.Out, StringComparison.Ordinal);
        Assert.Contains("total without profiles", run.Out, StringComparison.Ordinal);
        Assert.Contains("total with all profiles", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a: { deploy: { resources: { limits: { cpus: '4', memory: 1g } } } }", 0, "")]
    [InlineData("a: { deploy: { replicas: 4, resources: { limits: { cpus: '4', memory: 10g } } } }", 0, "")]
    [InlineData("a: { deploy: { replicas: 4, resources: { limits: { cpus: '4', memory: 10g } } } }\n  b: { deploy: { resources: { limits: { cpus: '0.1', memory: 1b } } } }", 1, "may take 16.1 CPUs and the host has 16")]
    [InlineData("a: { deploy: { replicas: 4, resources: { limits: { cpus: '1', memory: 10241M } } } }", 1, "and the host has 40 GiB")]
    [InlineData("a: { deploy: { resources: { limits: { cpus: '4.5', memory: 1g } } } }", 1, "no container more than 4")]
    [InlineData("a: { deploy: { resources: { limits: { memory: 1g } } } }", 1, "a has no limit of processors")]
    [InlineData("a: { deploy: { resources: { limits: { cpus: '1' } } } }", 1, "a has no limit of memory")]
    [InlineData("a: { image: x }", 1, "a has no limit of processors")]
    [InlineData("a: { deploy: { resources: { limits: { cpus: much, memory: 1g } } } }", 2, "cpus 'much' of a")]
    [InlineData("a: { deploy: { resources: { limits: { cpus: '1', memory: 1x } } } }", 2, "memory '1x' of a")]
    [InlineData("a: { deploy: { replicas: 1.5 } }", 2, "replicas '1.5' of a")]
    [InlineData("a: [", 2, "no valid YAML")]
    public async Task Budget_SaysWhatDoesNotFit(string services, int code, string problem)
    {
        await File.WriteAllTextAsync(Compose, $"services:\n  {services}\n", TestContext.Current.CancellationToken);

        var run = await CliRun.OfAsync(["budget", "--file", Compose]);

        Assert.Equal(code, run.ExitCode);
        Assert.Contains(problem, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_FollowsMergeKeys_AndTheNearerWins()
    {
        var services = ComposeFile.Parse(
            """
            x-one: &one { deploy: { replicas: 2, resources: { limits: { cpus: "1", memory: 512k } } } }
            x-two: &two { <<: *one, profiles: [late] }
            services:
              a: { <<: *two }
              b: { <<: *two, profiles: [] }
            """,
            "text");

        Assert.Equal([("a", 2, 1m, 524_288L, "late"), ("b", 2, 1m, 524_288L, "")], services.Select(service => (service.Name, service.Replicas, service.Cpus!.Value, service.MemoryBytes!.Value, string.Join(',', service.Profiles))));
    }

    [Theory]
    [InlineData("budget")]
    [InlineData("compose init")]
    public async Task MissingOrOtherFile_IsOneLineWithTheRemedy(string command)
    {
        var missing = await CliRun.OfAsync([.. command.Split(' '), "--file", Path.Combine(_folder, "none.yml")]);
        await File.WriteAllTextAsync(Compose, "instruments: []\n", TestContext.Current.CancellationToken);
        var other = await CliRun.OfAsync([.. command.Split(' '), "--file", Compose]);

        Assert.Equal((ExitCode.Usage, ExitCode.Usage), (missing.ExitCode, other.ExitCode));
        Assert.Contains("name that by --file", missing.Error, StringComparison.Ordinal);
        Assert.Contains("has no services", other.Error, StringComparison.Ordinal);
        Assert.Single(missing.Error.TrimEnd('\n').Split('\n'));
    }

    private void CopyCluster() => CopyCluster(_folder);

    private static void CopyCluster(string folder)
    {
        foreach (var file in (string[])[ComposeFile.DefaultName, ".env.example"]) File.Copy(RepositoryFiles.Path(file), Path.Combine(folder, file));
    }

    private static async Task<Dictionary<string, string>> VariablesAsync(string path) =>
        (await File.ReadAllLinesAsync(path, TestContext.Current.CancellationToken)).Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split('=', 2)).ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);
}
