namespace K2.Warehouse.Reading;

/// <summary>Why a candle is as it is: its row, what led to it, and whether it is what its trades say. Numbers are exact text.</summary>
public sealed record CandleStory
{
    /// <summary>The exchange's name.</summary>
    public required string Exchange { get; init; }

    /// <summary>Canonical symbol.</summary>
    public required string Symbol { get; init; }

    /// <summary>Name of the timeframe.</summary>
    public required string Timeframe { get; init; }

    /// <summary>First moment of the window.</summary>
    public required string WindowStart { get; init; }

    /// <summary>First moment behind it.</summary>
    public required string WindowEnd { get; init; }

    /// <summary>The stored row, or null.</summary>
    public StoryRow? Row { get; init; }

    /// <summary>What the stored trades make of it, or null where there are none.</summary>
    public StoryRow? FromTrades { get; init; }

    /// <summary>Whether both are equal in every value.</summary>
    public bool Equal { get; init; }

    /// <summary>What the row was after it had closed, oldest first.</summary>
    public required IReadOnlyList<StoryRow> Revisions { get; init; }

    /// <summary>The first, the last and the late trades.</summary>
    public required IReadOnlyList<StoryTrade> Trades { get; init; }

    /// <summary>How many trades there are of each source.</summary>
    public required IReadOnlyList<StorySource> Sources { get; init; }

    /// <summary>The raw records that carried them.</summary>
    public required IReadOnlyList<StoryFrames> Frames { get; init; }

    /// <summary>Recorded gaps that overlap the window.</summary>
    public required IReadOnlyList<StoryGap> Gaps { get; init; }

    /// <summary>Completeness in words.</summary>
    public required string Completeness { get; init; }
}

/// <summary>The values of a candle.</summary>
public sealed record StoryRow(string Open, string High, string Low, string Close, string Volume, string QuoteVolume, long TradeCount, string OpenTime, string CloseTime, long OpenTradeId, long CloseTradeId)
{
    /// <summary>Whether it is closed.</summary>
    public bool Closed { get; init; }

    /// <summary>yes, no or unknown.</summary>
    public string Complete { get; init; } = "";

    /// <summary>Its revision.</summary>
    public int Revision { get; init; }

    /// <summary>The log position, epoch:offset, that wrote it.</summary>
    public string Position { get; init; } = "";
}

/// <summary>A trade with its way.</summary>
public sealed record StoryTrade(long TradeId, string Price, string Quantity, string Side, string Time, string Received, string Source, string Position, bool IsLate);

/// <summary>Trades of one source.</summary>
public sealed record StorySource(string Source, long Trades, long Late, string FirstReceived, string LastReceived);

/// <summary>Raw records of one origin.</summary>
public sealed record StoryFrames(string Origin, long Frames, long FirstSequence, long LastSequence);

/// <summary>A recorded gap.</summary>
public sealed record StoryGap(string From, string Until, long FirstMissingId, long LastMissingId, string Cause, string State, string Reason);
