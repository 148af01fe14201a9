namespace K2.Warehouse.Writing;

/// <summary>What a row of a closed candle's history says. The values are stored: they only grow.</summary>
internal enum HistoryChange : byte
{
    /// <summary>The values changed after closing; also what versions before 0.5.0 wrote.</summary>
    Revised = 0,

    /// <summary>The window closed.</summary>
    Closed = 1,

    /// <summary>Only the completeness changed.</summary>
    Judged = 2,
}
