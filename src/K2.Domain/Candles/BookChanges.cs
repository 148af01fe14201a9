using K2.Domain.Log;

namespace K2.Domain.Candles;

/// <summary>What applying a batch to a candle book brought: filled by the book, read and cleared by its caller.</summary>
public sealed class BookChanges
{
    /// <summary>Trades that were new, in the order of the log.</summary>
    public List<PositionedTrade> NewTrades { get; } = [];

    /// <summary>Trades whose id was known: the caller compares them with the trade that is kept.</summary>
    public List<PositionedTrade> KnownIds { get; } = [];

    /// <summary>Candles to be written now.</summary>
    public List<Candle> Candles { get; } = [];

    /// <summary>
    /// The history of closed candles, in the order of the log: each as it closed (revision 0), and each value that it took afterwards, once between
    /// two watermark records.
    /// </summary>
    public List<Candle> Revisions { get; } = [];

    /// <summary>Closed candles whose completeness is judged otherwise than in their history, while their values stay.</summary>
    public List<Candle> Judgements { get; } = [];

    /// <summary>Trades from before the horizon: their candles can no longer be rebuilt, so they are kept elsewhere.</summary>
    public List<PositionedTrade> BeyondHorizon { get; } = [];

    /// <summary>Gaps that were opened, filled or given up.</summary>
    public List<GapChange> Gaps { get; } = [];

    /// <summary>Trades that came after their one-minute candle had closed.</summary>
    public long Late { get; set; }

    /// <summary>Empties everything.</summary>
    public void Clear()
    {
        NewTrades.Clear();
        KnownIds.Clear();
        Candles.Clear();
        Revisions.Clear();
        Judgements.Clear();
        BeyondHorizon.Clear();
        Gaps.Clear();
        Late = 0;
    }
}
