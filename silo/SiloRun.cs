using System.Diagnostics;
using System.Runtime.InteropServices;
using K2.Abstractions;
using K2.Abstractions.Warehouse;

namespace K2.Silo;

/// <summary>One run of the silo: start, status, end of the source or a signal, drain, summary.</summary>
internal static class SiloRun
{
    private static readonly TimeSpan CountLimit = TimeSpan.FromSeconds(3);

    /// <summary>Runs until the source ended (with --exit-at-end) or a signal came; returns the exit code.</summary>
    /// <exception cref="StartupException">The silo cannot start as asked.</exception>
    public static async Task<int> RunAsync(SiloOptions options)
    {
        using var shutdown = new Shutdown(TimeProvider.System, Console.Error, Environment.Exit);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, shutdown));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, shutdown));
        try
        {
            return options.Role == SiloRole.Api ? await ApiRun.RunAsync(options, Console.Out, shutdown, TimeProvider.System) : await RunAsync(options, shutdown);
        }
        catch (OperationCanceledException) when (shutdown.Asked.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("k2: ended by a signal before it had started");
            return 0;
        }
    }

    private static async Task<int> RunAsync(SiloOptions options, Shutdown shutdown)
    {
        var watch = Stopwatch.StartNew();
        if (options.Source == SourceKind.Replay)
        {
            var exchange = await SiloConfiguration.ReplayedExchangeAsync(options, shutdown.Asked);
            options = options with { Exchanges = [exchange], Connected = [exchange] };
        }

        using var folder = DataFolder.Take(options.DataFolder, options.Source);
        await using var platform = await Platform.StartAsync(options, folder, shutdown, TimeProvider.System, shutdown.Asked);
        var startup = watch.Elapsed;
        var output = new StatusLine(platform, options, Console.Out, Console.IsOutputRedirected);
        output.PrintStart(startup);

        using var showing = CancellationTokenSource.CreateLinkedTokenSource(shutdown.Asked);
        var status = output.RunAsync(TimeProvider.System, showing.Token);
        var ended = options.ExitAtEnd ? platform.SourceEndedAsync(shutdown.Asked) : Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, shutdown.Asked);
        try
        {
            await ended;
        }
        catch (OperationCanceledException) when (shutdown.Asked.IsCancellationRequested)
        {
            // A signal: drain and end as at the end of the source.
        }

        platform.StopBeingReady();
        shutdown.Step = "storing what was taken";
        var drained = await platform.DrainAsync();
        if (drained && options.ExitAtEnd && !shutdown.Asked.IsCancellationRequested && await ExportAsync(platform, shutdown.Asked) is { } problem) await Console.Error.WriteLineAsync($"k2: the cold tier lacks rows: {problem}");

        // The end of a source has no bound; what follows it has.
        shutdown.Begin();
        await showing.CancelAsync();
        await status;
        shutdown.Step = "counting what is stored";
        output.PrintSummary(watch.Elapsed, drained ? await CountAsync(platform, shutdown.Hurry) : null, drained);
        return 0;
    }

    private static async Task<string?> ExportAsync(Platform platform, CancellationToken asked)
    {
        try
        {
            return await platform.ExportAsync(asked);
        }
        catch (OperationCanceledException) when (asked.IsCancellationRequested)
        {
            return "its export was ended by a signal; the next one goes on where the tables stand";
        }
    }

    private static async Task<WarehouseCounts?> CountAsync(Platform platform, CancellationToken hurry)
    {
        // For the summary only: a warehouse that is away must not hold the end.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(hurry);
        limit.CancelAfter(CountLimit);
        try
        {
            return await platform.CountAsync(limit.Token).WaitAsync(limit.Token);
        }
        catch (Exception away) when (away is K2Exception or OperationCanceledException)
        {
            return null;
        }
    }

    private static void Stop(PosixSignalContext context, Shutdown shutdown)
    {
        context.Cancel = true;
        shutdown.Signal();
    }
}
