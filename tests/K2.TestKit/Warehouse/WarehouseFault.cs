namespace K2.TestKit.Warehouse;

/// <summary>Where an injected failure strikes a write.</summary>
public enum WarehouseFault
{
    /// <summary>No failure.</summary>
    None,

    /// <summary>Nothing is stored.</summary>
    Before,

    /// <summary>The rows are stored, the checkpoint is not.</summary>
    BeforeCheckpoint,

    /// <summary>Everything is stored, but the caller is not told.</summary>
    After,

    /// <summary>Only the trades were written: the inserts of a flush run side by side, and any of them may be the last.</summary>
    TradesOnly,

    /// <summary>Only candles and their history were written.</summary>
    CandlesOnly,
}
