using System.Diagnostics;
using System.Runtime.InteropServices;
using K2.Abstractions;

namespace K2.Silo;

/// <summary>One run of the silo: start, status, end of the source or a signal, drain, summary.</summary>
internal static class SiloRun
{
    private static readonly TimeSpan DrainBudget = TimeSpan.FromSeconds(30);

    /// <summary>Runs until the source ended (with --exit-at-end) or a signal came; returns the exit code.</summary>
    /// <exception cref="StartupException">The silo cannot start as asked.</exception>
    public static async Task<int> RunAsync(SiloOptions options)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, stop));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, stop));

        if (options.Role == SiloRole.Api) return await ApiRun.RunAsync(options, Console.Out, TimeProvider.System, stop.Token);
        var watch = Stopwatch.StartNew();
        if (options.Source == SourceKind.Replay)
        {
            var exchange = await SiloConfiguration.ReplayedExchangeAsync(options, stop.Token);
            options = options with { Exchanges = [exchange], Connected = [exchange] };
        }

        using var folder = DataFolder.Take(options.DataFolder, options.Source);
        await using var platform = await Platform.StartAsync(options, folder, TimeProvider.System, stop.Token);
        var startup = watch.Elapsed;
        var output = new StatusLine(platform, options, Console.Out, Console.IsOutputRedirected);
        output.PrintStart(startup);

        var status = output.RunAsync(TimeProvider.System, stop.Token);
        var ended = options.ExitAtEnd ? platform.SourceEndedAsync(stop.Token) : Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop.Token);
        try
        {
            await ended;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // A signal: drain and end as at the end of the source.
        }

        using var budget = new CancellationTokenSource(DrainBudget, TimeProvider.System);
        var drained = await platform.DrainAsync(options.ExitAtEnd && !stop.IsCancellationRequested ? CancellationToken.None : budget.Token);
        if (drained && options.ExitAtEnd && !stop.IsCancellationRequested && await platform.ExportAsync(stop.Token) is { } problem) await Console.Error.WriteLineAsync($"k2: the cold tier lacks rows: {problem}");
        await stop.CancelAsync();
        await status;
        var counts = drained ? await platform.CountAsync(CancellationToken.None) : null;
        output.PrintSummary(watch.Elapsed, counts, drained);
        return 0;
    }

    private static void Stop(PosixSignalContext context, CancellationTokenSource stop)
    {
        context.Cancel = true;
        stop.Cancel();
    }
}
