namespace K2.Exchanges;

/// <summary>Cancels without a detour.</summary>
internal static class Cancellation
{
    /// <summary>
    /// Cancels and calls back at once, on this thread. <see cref="CancellationTokenSource.CancelAsync"/> would call back from the thread pool, and a run with a
    /// clock of its own would no longer be the same each time.
    /// </summary>
    public static void CancelNow(this CancellationTokenSource source) => source.Cancel();
}
