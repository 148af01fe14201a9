using System.Diagnostics;
using System.Globalization;
using K2.Abstractions.Diagnostics;
using K2.Contracts.Hosting;

namespace K2.Silo;

/// <summary>One run of a process that serves and takes no trades: start, serve, a signal, end.</summary>
internal static class ApiRun
{
    /// <summary>Runs until a signal; returns the exit code.</summary>
    /// <exception cref="K2.Abstractions.StartupException">It cannot start as asked.</exception>
    public static async Task<int> RunAsync(SiloOptions options, TextWriter output, Shutdown shutdown, TimeProvider time)
    {
        var stop = shutdown.Asked;
        var watch = Stopwatch.StartNew();
        using var folder = DataFolder.Take(options.DataFolder, options.Source);
        await using var host = await ApiHost.StartAsync(options, folder, shutdown, time, stop);
        var url = host.Endpoints.Url;
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"K2 on Orleans {ProductVersion.Current.Number}, role api, ready in {watch.Elapsed.TotalSeconds:0.0} s"));
        await output.WriteLineAsync($"candles     {url}/");
        await output.WriteLineAsync($"API         {url}/v1   health {url}/health   metrics {url}/metrics   Orleans dashboard {url}/dashboard");
        if (host.ColdProblem is { } problem) await output.WriteLineAsync($"cold tier   CANNOT BE USED, rows that only it has are missing until it can: {OneLine.Of(problem)}");
        await output.WriteLineAsync($"ClickHouse  {host.Endpoints.ClickHouseUrl}");
        await output.FlushAsync(stop);
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, time, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // A signal: end.
        }

        shutdown.Step = "ending the requests under way";
        host.StopBeingReady();
        return 0;
    }
}
