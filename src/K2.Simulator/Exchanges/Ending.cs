namespace K2.Simulator.Exchanges;

/// <summary>Ends work without a detour.</summary>
internal static class Ending
{
    /// <summary>Cancels and calls back on this thread: by way of the thread pool a run with a virtual clock would not be the same each time.</summary>
    public static void EndNow(this CancellationTokenSource source) => source.Cancel();
}
