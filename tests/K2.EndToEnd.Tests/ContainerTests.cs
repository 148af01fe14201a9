using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using K2.Abstractions;
using K2.EndToEnd.Tests.Running;
using K2.Silo;
using K2.TestKit;

namespace K2.EndToEnd.Tests;

/// <summary>What the silo does for the container that it runs in: asks for its own health, finds its own address.</summary>
public sealed partial class ContainerTests
{
    private static readonly Dictionary<string, string[]> Settings = new(StringComparer.Ordinal)
    {
        ["Cluster"] = NamesOf<ClusterSettings>(),
        ["Kafka"] = NamesOf<KafkaSettings>(),
        ["Cold"] = NamesOf<ColdSettings>(),
        ["ClickHouse"] = ["ConnectionString", "Library"],
    };

    [Fact]
    public void ComposeFile_SetsWhatTheSiloReads()
    {
        var compose = RepositoryFiles.Text("docker-compose.yml");

        var set = Setting().Matches(compose);

        Assert.NotEmpty(set);
        Assert.All(set, setting => Assert.Contains(setting.Groups[2].Value, Settings[setting.Groups[1].Value]));
        foreach (var variable in (string[])[new ColdSettings().AccessKeyVariable, new ColdSettings().SecretKeyVariable, "K2_REDIS_PASSWORD"]) Assert.Contains($"\n  {variable}: ${{", compose, StringComparison.Ordinal);
        Assert.Contains("K2__Cluster__RedisPasswordVariable: K2_REDIS_PASSWORD\n", compose, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("200 OK", "ready\n", 0, "")]
    [InlineData("503 Service Unavailable", "", 1, "/health/ready answers 503: see its log.\n")]
    [InlineData("503 Service Unavailable", """{"title":"Service Unavailable","status":503,"detail":"One reason. Another."}""", 1, "/health/ready answers 503: One reason. Another.\n")]
    public async Task HealthCheck_SaysWhatHealthAnswers(string status, string body, int code, string error)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var asked = AnswerAsync(listener, status, body);

        // As in the container, where the silo listens on all addresses.
        var run = await RunAsync("--healthcheck", "--urls", string.Create(CultureInfo.InvariantCulture, $"http://0.0.0.0:{port}"));

        Assert.StartsWith("GET /health/ready ", await asked, StringComparison.Ordinal);
        Assert.Equal(code, run.Code);
        Assert.EndsWith(error, run.Error, StringComparison.Ordinal);
        Assert.Equal("", run.Output);
    }

    [Fact]
    public async Task HealthCheck_NobodyThere_FailsWithOneLine()
    {
        var run = await RunAsync("--healthcheck", "--urls", "http://127.0.0.1:1");

        Assert.Equal(1, run.Code);
        Assert.Contains("does not answer", Assert.Single(run.Error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OwnAddress_IsTheOneThatLeadsThere()
    {
        Assert.Equal(IPAddress.Loopback, await OwnAddress.TowardsAsync(new IPEndPoint(IPAddress.Loopback, 6379)));
        Assert.Equal(IPAddress.Loopback, await OwnAddress.TowardsAsync(new DnsEndPoint("localhost", 6379)));
    }

    [Fact]
    public async Task OwnAddress_NameThatNobodyKnows_IsOneClearError()
    {
        var mistake = await Assert.ThrowsAsync<StartupException>(() => OwnAddress.TowardsAsync(new DnsEndPoint("no-such-host.invalid", 6379)));

        Assert.Contains("write this machine's IP address", mistake.Message, StringComparison.Ordinal);
    }

    private static async Task<string> AnswerAsync(TcpListener listener, string status, string body)
    {
        using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        var first = await reader.ReadLineAsync(TestContext.Current.CancellationToken) ?? "";
        while (!string.IsNullOrEmpty(await reader.ReadLineAsync(TestContext.Current.CancellationToken)))
        {
        }

        await stream.WriteAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}")), TestContext.Current.CancellationToken);
        return first;
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["exec", RunningSilo.Assembly, .. arguments]) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, error);
    }

    private static string[] NamesOf<T>() => [.. typeof(T).GetProperties().Select(property => property.Name)];

    [GeneratedRegex(@"\bK2__(\w+?)__(\w+):")]
    private static partial Regex Setting();
}
