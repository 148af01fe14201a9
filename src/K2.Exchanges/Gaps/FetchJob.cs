namespace K2.Exchanges.Gaps;

/// <summary>Something to be fetched page by page: a gap, or what lies behind an instrument's newest trade. Owned by the backfiller.</summary>
internal sealed class FetchJob(InstrumentFeed feed, OpenGap? gap, string connectionId, long notBefore)
{
    public InstrumentFeed Feed { get; } = feed;

    /// <summary>The gap, or null for the tail.</summary>
    public OpenGap? Gap { get; } = gap;

    /// <summary>The latest connection whose beginning asks for the tail, or empty if it is asked for in any case.</summary>
    public string ConnectionId { get; set; } = connectionId;

    /// <summary>When the job may go on, as a time provider's timestamp.</summary>
    public long NotBefore { get; set; } = notBefore;

    /// <summary>Whether it looks for the first trades of an instrument of which none was known: nothing that comes live shows them.</summary>
    public bool IsFirstLook { get; init; }

    /// <summary>What is read; set when the first page is asked for, if not before.</summary>
    public HistoryRange? Range { get; set; }

    /// <summary>The next page.</summary>
    public HistoryQuery? Next { get; set; }

    /// <summary>Whether there is nothing left to do: the gap is settled, or the connection has shown the tail by itself.</summary>
    public bool IsMoot => Gap is { } gap ? gap.IsSettled : !IsFirstLook && (!Feed.HasTrades || (ConnectionId.Length > 0 && Feed.SeenOn == ConnectionId));
}
