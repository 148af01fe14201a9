using K2.Abstractions.Warehouse;

namespace K2.Warehouse.Writing;

/// <summary>A flush on its way, with what it holds in memory by estimate.</summary>
internal sealed class PendingFlush
{
    // Objects and stored form of a row, measured roughly: the limit is a bound, not a budget.
    private const int TradeBytes = 320;
    private const int CandleBytes = 512;
    private const int GapBytes = 256;

    public PendingFlush(SymbolFlush flush, long arrived)
    {
        Flush = flush;
        Arrived = arrived;
        Rows = flush.Trades.Count + flush.Candles.Count + flush.Revisions.Count + flush.Judgements.Count + flush.Gaps.Count + flush.DeadLetters.Count;
        Bytes = ((long)flush.Trades.Count * TradeBytes) + (((long)flush.Candles.Count + flush.Revisions.Count + flush.Judgements.Count) * CandleBytes) + ((long)flush.Gaps.Count * GapBytes)
            + flush.State.Length + flush.DeadLetters.Sum(letter => GapBytes + (long)letter.Original.Length);
    }

    public SymbolFlush Flush { get; }

    /// <summary>Timestamp of the call.</summary>
    public long Arrived { get; }

    public int Rows { get; }

    public long Bytes { get; }

    /// <summary>Ends when the queue has room for it.</summary>
    public TaskCompletionSource Admitted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when its rows are durable.</summary>
    public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
