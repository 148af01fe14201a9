using K2.Cli.Bench;
using K2.Domain.Instruments;
using K2.Exchanges;
using K2.Silo;
using K2.TestKit;
using K2.Warehouse;
using K2.Warehouse.Embedded;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.EndToEnd.Tests.Running;

/// <summary>Runs the built silo as a process, on free ports and folders of its own, and reads what it stored.</summary>
internal static class RunningSilo
{
    public const string Capture = "captures/binance-trade-2024-08-08.jsonl";
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>The silo's assembly, beside the tests.</summary>
    public static string Assembly => typeof(SiloOptions).Assembly.Location;

    public static InstrumentTable Instruments { get; } = InstrumentFile.Load(Path.Combine(AppContext.BaseDirectory, "instruments.yaml"));

    /// <summary>Skips the test where the engine's library or the shared captures are absent.</summary>
    public static string CaptureOrSkip(string relative = Capture)
    {
        EngineOrSkip();
        var path = SharedFiles.TryFind(relative);
        Assert.SkipWhen(path is null, $"../shared/{relative} is not here");
        return path!;
    }

    /// <summary>Skips the test where the engine's library is absent.</summary>
    public static void EngineOrSkip() => Assert.SkipWhen(EngineLocator.FindLibrary() is null, "the ClickHouse library is not in the cache: build with npm");

    /// <summary>Waits until the silo has printed a text.</summary>
    public static Task PrintedAsync(SiloProcess silo, string text) => UntilAsync(() => Task.FromResult(silo.Output.Contains(text, StringComparison.Ordinal)), silo, $"it did not print '{text}'");

    /// <summary>Waits until a running silo has stored a number of trades.</summary>
    public static async Task StoredAsync(SiloProcess silo, int trades)
    {
        await PrintedAsync(silo, "ClickHouse  ");
        var url = silo.Output.Split('\n').First(line => line.StartsWith("ClickHouse  ", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        using var http = new HttpClient();
        await UntilAsync(
            async () => int.Parse(await http.GetStringAsync(new Uri(url + "/?query=SELECT+count()+FROM+k2.silver_trades"), TestContext.Current.CancellationToken), System.Globalization.CultureInfo.InvariantCulture) >= trades,
            silo,
            $"it did not store {trades} trades");
    }

    public static List<string> ReplayArguments(string capture, string folder, string speed = "max") =>
        ["--source", "replay", "--captures", capture, "--speed", speed, "--exit-at-end", "--data", folder];

    /// <summary>Replays a capture to its end; fails with the silo's output if it does not end with 0.</summary>
    public static async Task<string> ReplayAsync(string capture, string folder, params string[] more)
    {
        using var silo = SiloProcess.Start(Assembly, [.. ReplayArguments(capture, folder), .. more]);
        var code = await silo.WaitAsync(Limit, TestContext.Current.CancellationToken);
        Assert.True(code == 0, $"exit code {code}\n{silo.Output}");
        return silo.Output;
    }

    public static Task<StoredRows> RowsAsync(string folder) => new StoredRowsReader(Instruments, TimeProvider.System, NullLoggerFactory.Instance).ReadAsync(folder, TestContext.Current.CancellationToken);

    /// <summary>Returns a query's answer, read from a stopped silo's folder.</summary>
    public static async Task<string> QueryAsync(string folder, string query)
    {
        await using var engine = await RunningEngine.StartAsync(Path.Combine(folder, WarehouseOptions.FolderName));
        return await engine.QueryAsync(query);
    }

    /// <summary>Looks again and again, with a bound: another process gives no event to wait for.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, SiloProcess silo, string complaint)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        try
        {
            while (!await condition().WaitAsync(limit.Token))
            {
                Assert.False(silo.HasExited, $"the silo ended; {complaint}:\n{silo.Output}");
                await timer.WaitForNextTickAsync(limit.Token);
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            Assert.Fail($"in {Limit} {complaint}:\n{silo.Output}");
        }
    }
}
