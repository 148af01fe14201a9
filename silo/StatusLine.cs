using System.Globalization;
using K2.Abstractions;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Warehouse;
using K2.Contracts.Hosting;
using K2.Domain.Instruments;

namespace K2.Silo;

/// <summary>What the silo prints: its addresses, a line of progress (rewritten in place on a terminal, plain and rarer when redirected), a summary.</summary>
internal sealed class StatusLine(Platform platform, SiloOptions options, TextWriter output, bool isRedirected)
{
    private static readonly TimeSpan TerminalPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RedirectedPeriod = TimeSpan.FromSeconds(10);
    private bool _isLineOpen;

    public void PrintStart(TimeSpan startup)
    {
        var url = platform.Endpoints.Url;
        output.WriteLine(Text($"K2 on Orleans {ProductVersion.Current.Number}, ready in {startup.TotalSeconds:0.0} s, data in {options.DataFolder}"));
        output.WriteLine(options.Source switch
        {
            SourceKind.Simulated => Text($"source      SIMULATED: {string.Join(", ", options.Exchanges.Select(Shown))} (seed {options.Seed}); no real market data"),
            SourceKind.Replay => Text($"source      replay of {options.Captures.Count} capture(s) of {string.Join(", ", options.Exchanges.Select(Shown))} at speed {options.Speed}"),
            _ => $"source      live: {string.Join(", ", options.Exchanges.Select(Shown))}",
        });
        if (options.Role == SiloRole.Silo)
        {
            output.WriteLine($"role silo   health {url}/health   metrics {url}/metrics   {url}/v1/status   market data is served by processes of --role api");
        }
        else
        {
            output.WriteLine($"candles     {url}/");
            output.WriteLine($"API         {url}/v1   health {url}/health   metrics {url}/metrics   Orleans dashboard {url}/dashboard");
        }

        if (platform.ColdProblem is { } problem) output.WriteLine($"cold tier   CANNOT BE USED, nothing is exported until it can: {OneLine.Of(problem)}");
        else if (platform.ColdLocation is { } cold) output.WriteLine($"cold tier   {cold}   Iceberg tables; k2 snapshots lists their states");
        output.WriteLine($"ClickHouse  {platform.Endpoints.ClickHouseUrl}   for example: curl '{platform.Endpoints.ClickHouseUrl}/?query=SELECT+count()+FROM+k2.silver_trades'");
        output.Flush();
    }

    public async Task RunAsync(TimeProvider time, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(isRedirected ? RedirectedPeriod : TerminalPeriod, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop)) await PrintProgressAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The run ends; the summary follows.
        }

        if (_isLineOpen) await output.WriteLineAsync();
    }

    public void PrintSummary(TimeSpan elapsed, WarehouseCounts? counts, bool drained)
    {
        var c = platform.Counters;
        var streaming = platform.StreamingTime ?? elapsed;
        var rate = streaming.TotalSeconds > 0 ? c[PipelineStage.Applied] / streaming.TotalSeconds : 0;
        output.WriteLine(Text($"frames {c[PipelineStage.TradeFrames]} parsed {c[PipelineStage.Parsed]} appended {c[PipelineStage.Appended]} delivered {c[PipelineStage.Delivered]} applied {c[PipelineStage.Applied]}"));
        output.WriteLine(Text($"new {c[PipelineStage.New]} duplicates {c[PipelineStage.Duplicates]} conflicts {c[PipelineStage.Conflicts]} rejected {c[PipelineStage.Rejected]} late {c[PipelineStage.Late]}"));
        if (counts is not null) output.WriteLine(Text($"stored: trades {counts.Trades} candles {counts.Candles} raw frames {counts.RawFrames} dead letters {counts.DeadLetters}"));
        if (!drained) output.WriteLine("stopped before everything was in the warehouse: the rest is in the log and is applied at the next start");
        output.WriteLine(Text($"seconds {elapsed.TotalSeconds:0.00}, of them streaming {streaming.TotalSeconds:0.00}, {rate:0} trades/s; memory {Environment.WorkingSet / (1 << 20)} MiB now, {Platform.PeakMemoryBytes / (1 << 20)} MiB at most, engine {platform.EnginePeakMemoryBytes / (1 << 20)} MiB at most; processor seconds silo {Environment.CpuUsage.TotalTime.TotalSeconds:0.0}, engine {platform.EngineCpu.TotalSeconds:0.0}"));
        output.Flush();
    }

    /// <summary>The lag as text. A log that is away is told elsewhere, and must not end the progress, and with it the run.</summary>
    internal static async Task<string> LagAsync(Func<Task<long>> ask)
    {
        try
        {
            return Text($"{await ask()}");
        }
        catch (K2Exception)
        {
            return "of unknown";
        }
    }

    private string Shown(Exchange exchange) => options.Addresses.TryGetValue(exchange, out var address) ? $"{exchange.ToName()} at {address.WebSocket}" : exchange.ToName();

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private async Task PrintProgressAsync(CancellationToken stop)
    {
        var c = platform.Counters;
        var line = Text($"frames {c[PipelineStage.Frames]}  trades {c[PipelineStage.Applied]}  candle rows {c[PipelineStage.CandleRows]}  lag {await LagAsync(() => platform.LagAsync(stop))} records  rejected {c[PipelineStage.Rejected]}");
        if (isRedirected)
        {
            await output.WriteLineAsync(line);
            await output.FlushAsync(stop);
            return;
        }

        await output.WriteAsync('\r' + line.PadRight(100));
        await output.FlushAsync(stop);
        _isLineOpen = true;
    }
}
