namespace K2.Abstractions.Cold.Tables;

/// <summary>Which layer a cold table belongs to, and so where its rows come from and how they get into it.</summary>
public enum ColdLayer
{
    /// <summary>Frames as received: appended by their positions in the raw log.</summary>
    Raw = 1,

    /// <summary>Trades in an exchange's own words, derived from its frames: appended as those are.</summary>
    Bronze = 2,

    /// <summary>Trades, each once: appended by their positions in the trade log.</summary>
    Silver = 3,

    /// <summary>Closed candles in their latest values: a day of an exchange is rewritten whenever one of its candles has changed.</summary>
    Gold = 4,

    /// <summary>Every value that a closed candle took: appended by their positions in the trade log.</summary>
    History = 5,
}
