using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using K2.Cli.Bench;
using K2.EndToEnd.Tests.Running;

namespace K2.EndToEnd.Tests;

/// <summary>What cannot start says so in one line on standard error, ends with code 2, and damages nothing.</summary>
public sealed class StartupErrorTests
{
    [Theory]
    [InlineData("--source replay", "--captures")]
    [InlineData("--source replay --captures /nowhere/none.jsonl --exit-at-end", "does not exist")]
    [InlineData("--source nonsense", "--source")]
    [InlineData("--speed -1", "--speed")]
    [InlineData("--no-such-option", "--no-such-option")]
    [InlineData("--symbols NO/SUCH", "--symbols")]
    [InlineData("--exchanges nowhere", "--exchanges")]
    [InlineData("--urls not-an-address", "--urls")]
    [InlineData("--role other", "write all, silo or api")]
    [InlineData("--role silo", "K2:Cluster:Redis, K2:Kafka:BootstrapServers and K2:ClickHouse:ConnectionString")]
    [InlineData("--role api", "K2:Cluster:Redis and K2:ClickHouse:ConnectionString")]
    [InlineData("--role api --source replay", "leave --role api out")]
    [InlineData("--connect nowhere", "--connect")]
    [InlineData("--exchanges kraken --connect binance", "--connect")]
    [InlineData("--instruments /nowhere/instruments.yaml", "instruments")]
    public async Task BadOption_EndsWithOneLineAndCodeTwo(string arguments, string named)
    {
        using var folder = new TemporaryFolder();

        var (code, error) = await RunAsync([.. arguments.Split(' '), "--data", folder.Data]);

        Assert.Equal(2, code);
        Assert.Contains(named, Assert.Single(error), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("K2__Cluster__Redis=127.0.0.1:1", "K2:Kafka:BootstrapServers")]
    [InlineData("K2__Cluster__Redis=127.0.0.1:1", "set K2:ClickHouse:ConnectionString as the silos have it", "--role api")]
    [InlineData("K2__Cluster__Redis=127.0.0.1:1 K2__ClickHouse__ConnectionString=Host=127.0.0.1", "Redis at 127.0.0.1:1 does not answer", "--role api")]
    [InlineData("K2__Cluster__Redis=127.0.0.1:1 K2__Kafka__BootstrapServers=127.0.0.1:1 K2__Kafka__Source=simulated", "K2:ClickHouse:ConnectionString")]
    [InlineData("K2__Cluster__Redis=127.0.0.1:1 K2__Kafka__BootstrapServers=127.0.0.1:1 K2__Kafka__Source=simulated K2__ClickHouse__ConnectionString=Host=127.0.0.1", "k2 simulate")]
    [InlineData("K2__Cluster__Redis=127.0.0.1:1 K2__Kafka__BootstrapServers=127.0.0.1:1 K2__Kafka__Source=live K2__ClickHouse__ConnectionString=Host=127.0.0.1", "does not answer", "--source live --connect none")]
    [InlineData("K2__Cluster__Redis=127.0.0.1:1 K2__Cluster__Address=silo-1 K2__Kafka__BootstrapServers=127.0.0.1:1 K2__Kafka__Source=live K2__ClickHouse__ConnectionString=Host=127.0.0.1", "or auto for the address by which this machine reaches Redis", "--source live --connect none")]
    [InlineData("K2__Cluster__SiloPort=many", "K2:Cluster")]
    [InlineData("K2__Cluster__ShutdownSeconds=0", "K2:Cluster:ShutdownSeconds")]
    [InlineData("K2__Cluster__StartupSeconds=-1", "K2:Cluster:StartupSeconds")]
    [InlineData("K2__ClickHouse__ConnectionString=Host=127.0.0.1;Port=1;Protocol=http", "ClickHouse at 127.0.0.1:1 does not answer")]
    [InlineData("K2__ClickHouse__Linger=1", "K2:ClickHouse:Linger")]
    [InlineData("K2__Diagnostics__Fault=any", "K2:Diagnostics:Fault")]
    [InlineData("K2__Retention__Silver=soon", "K2:Retention:Silver")]
    [InlineData("K2__Retention__Silver=00:10:00", "K2:Retention:Silver")]
    [InlineData("K2__Cold__IntervalMinutes=7", "K2:Cold:IntervalMinutes")]
    [InlineData("K2__Cold__NoSuchSetting=1", "K2:Cold")]
    [InlineData("K2__Cold__FileBytes=1000", "K2:Cold:FileBytes")]
    [InlineData("K2__Cold__Grace=01:00:01 K2__Cold__RunLimit=01:00:00", "K2:Cold:Grace")]
    [InlineData("K2__Cold__Bucket=lake K2__Cold__Endpoint=nowhere", "K2:Cold:Endpoint")]
    [InlineData("K2__Cold__Bucket=a/b", "is not the name of a bucket")]
    public async Task ClusterSettingThatDoesNotGo_EndsWithOneLineAndCodeTwo(string settings, string named, string arguments = "")
    {
        using var folder = new TemporaryFolder();

        var (code, error) = await RunAsync(
            [.. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--data", folder.Data],
            settings.Split(' ').Select(setting => setting.Split('=', 2)).ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal));

        Assert.Equal(2, code);
        Assert.Contains(named, Assert.Single(error), StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnreadableCapture_EndsWithOneLineAndCodeTwo()
    {
        RunningSilo.EngineOrSkip();
        using var folder = new TemporaryFolder();
        var capture = Path.Combine(folder.Path, "damaged.jsonl");
        await File.WriteAllTextAsync(capture, "{\"recv_ns\": 1, \"frame\": 7}\nnot a line of a capture\n", TestContext.Current.CancellationToken);

        var (code, error) = await RunAsync(RunningSilo.ReplayArguments(capture, folder.Data));

        Assert.Equal(2, code);
        Assert.Contains("damaged.jsonl", Assert.Single(error), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hello", "", "--exchanges")]
    [InlineData("{\"channel\":\"heartbeat\"}", "--exchanges coinbase", "is of kraken")]
    [InlineData("{\"channel\":\"heartbeat\"}", "--exchanges kraken coinbase", "one exchange")]
    [InlineData("{\"channel\":\"heartbeat\"}", "--repeat 2", "--repeat")]
    public async Task CaptureOfAnUnclearOrOtherExchange_EndsWithOneLineAndCodeTwo(string frame, string more, string named)
    {
        using var folder = new TemporaryFolder();
        var capture = Path.Combine(folder.Path, "unclear.jsonl");
        await File.WriteAllTextAsync(capture, $"{{\"recv_ns\": 1, \"frame\": {JsonSerializer.Serialize(frame)}}}\n", TestContext.Current.CancellationToken);

        var (code, error) = await RunAsync([.. RunningSilo.ReplayArguments(capture, folder.Data), .. more.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

        Assert.Equal(2, code);
        Assert.Contains(named, Assert.Single(error), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TakenPort_EndsWithOneLineAndCodeTwo()
    {
        RunningSilo.EngineOrSkip();
        using var folder = new TemporaryFolder();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

        var (code, error) = await RunAsync(["--data", folder.Data, "--urls", $"http://127.0.0.1:{port}"]);
        Assert.Equal(2, code);
        Assert.Contains(port, Assert.Single(error), StringComparison.Ordinal);

        (code, error) = await RunAsync(["--data", folder.Data, "--clickhouse-port", port]);
        Assert.Equal(2, code);
        Assert.Contains(port, Assert.Single(error), StringComparison.Ordinal);
    }

    [Fact]
    public async Task DataFolderInUse_EndsWithOneLineAndCodeTwo_AndTheFirstSiloGoesOn()
    {
        RunningSilo.EngineOrSkip();
        using var folder = new TemporaryFolder();
        using var first = SiloProcess.Start(RunningSilo.Assembly, ["--data", folder.Data]);
        await RunningSilo.PrintedAsync(first, "ClickHouse  ");

        var (code, error) = await RunAsync(["--data", folder.Data]);

        Assert.Equal(2, code);
        Assert.Contains("in use", Assert.Single(error), StringComparison.Ordinal);
        await first.TerminateAsync();
        Assert.Equal(0, await first.WaitAsync(RunningSilo.Limit, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task DataOfAnotherSource_IsNeverMixed()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.Data);
        await File.WriteAllTextAsync(Path.Combine(folder.Data, "source"), "live\n", TestContext.Current.CancellationToken);

        var (code, error) = await RunAsync(["--data", folder.Data]);

        Assert.Equal(2, code);
        Assert.Contains("never mixes", Assert.Single(error), StringComparison.Ordinal);
    }

    [Fact]
    public async Task MissingEngine_EndsWithOneLineThatListsTheWays()
    {
        using var folder = new TemporaryFolder();

        var (code, error) = await RunAsync(["--data", folder.Data], new() { ["XDG_CACHE_HOME"] = folder.Path, ["K2__ClickHouse__Library"] = "" });

        Assert.Equal(2, code);
        var line = Assert.Single(error);
        foreach (var way in (string[])["npm", "PATH", "K2__ClickHouse__Library", "K2__ClickHouse__ConnectionString"]) Assert.Contains(way, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ClickHouseBinaryOnThePath_IsStartedAsTheChild_WithFolderPortAndLimit()
    {
        using var folder = new TemporaryFolder();
        var binary = Path.Combine(folder.Path, "clickhouse");
        var seen = Path.Combine(folder.Path, "arguments");
        await File.WriteAllTextAsync(binary, $"#!/bin/sh\necho \"$@\" > '{seen}'\necho 'it stands in for ClickHouse and refuses' >&2\nexit 1\n", TestContext.Current.CancellationToken);
        if (OperatingSystem.IsWindows()) Assert.Skip("a shell script stands in for the binary");
        else File.SetUnixFileMode(binary, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        var (code, error) = await RunAsync(
            ["--data", folder.Data, "--clickhouse-port", "18123"],
            new() { ["XDG_CACHE_HOME"] = folder.Path, ["K2__ClickHouse__Library"] = "", ["PATH"] = folder.Path + ":" + Environment.GetEnvironmentVariable("PATH") });

        Assert.Equal(2, code);
        Assert.Contains("it stands in for ClickHouse and refuses", Assert.Single(error), StringComparison.Ordinal);
        var arguments = (await File.ReadAllTextAsync(seen, TestContext.Current.CancellationToken)).Trim().Split(' ');
        Assert.Equal(["server", "--"], arguments[..2]);
        Assert.Contains("--http_port=18123", arguments);
        Assert.Contains("--listen_host=127.0.0.1", arguments);
        Assert.Contains($"--path={folder.Data}/clickhouse/", arguments);
    }

    private static async Task<(int Code, List<string> Error)> RunAsync(List<string> arguments, Dictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        if (!arguments.Contains("--urls")) arguments = [.. arguments, "--urls", "http://127.0.0.1:0"];
        if (!arguments.Contains("--clickhouse-port")) arguments = [.. arguments, "--clickhouse-port", "0"];
        foreach (var argument in (string[])["exec", RunningSilo.Assembly, .. arguments]) start.ArgumentList.Add(argument);
        start.Environment["K2__Cluster__StartupSeconds"] = "0";
        foreach (var (name, value) in environment ?? []) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await output;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        // On a busy machine Orleans warns that its timers come late.
        return (process.ExitCode, [.. error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith("info:", StringComparison.Ordinal) && !line.StartsWith("warn: Orleans.", StringComparison.Ordinal))]);
    }
}
