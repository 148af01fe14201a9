namespace K2.Abstractions.Retention;

/// <summary>The tables whose old partitions are dropped.</summary>
public enum RetainedTable
{
    /// <summary>Frames as received, by the day of their arrival.</summary>
    Raw,

    /// <summary>Trades, by the day of their exchange time.</summary>
    Silver,

    /// <summary>Candles, by the month of their window's start.</summary>
    Candles,

    /// <summary>The history of closed candles, by the month of their window's start.</summary>
    CandleRevisions,
}
