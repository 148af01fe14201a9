using K2.Domain;
using K2.Domain.Candles;

namespace K2.Exchanges.Gaps;

/// <summary>A gap that is being filled. Owned by its <see cref="InstrumentFeed"/>.</summary>
internal sealed class OpenGap(InstrumentFeed feed, FeedGap bounds)
{
    public InstrumentFeed Feed { get; } = feed;

    public FeedGap Bounds { get; } = bounds;

    /// <summary>How often the exchange answered for the whole range and left ids out.</summary>
    public int Attempts { get; set; }

    /// <summary>Whether the gap was filled or given up.</summary>
    public bool IsSettled { get; set; }

    /// <summary>What to ask for. The last trade before the gap bounds the time.</summary>
    public HistoryRange Range => new(Bounds.FirstId, Bounds.LastId, Bounds.From);

    /// <summary>Number of ids in the range.</summary>
    public long Width => Bounds.LastId - Bounds.FirstId + 1;

    public override string ToString() => $"{Feed.Instrument.Id} {Bounds.FirstId} to {Bounds.LastId}, {Bounds.From} to {Timestamp.From(Bounds.Until.ToDateTime())}";
}
