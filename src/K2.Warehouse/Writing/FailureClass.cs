namespace K2.Warehouse.Writing;

/// <summary>What a failed insert calls for. There is no fourth.</summary>
internal enum FailureClass
{
    /// <summary>The same block is sent again, with growing pauses.</summary>
    Transient,

    /// <summary>A row cannot be stored: the block is split until that row stands alone.</summary>
    Poison,

    /// <summary>No row of the table can be stored until somebody acts: the callers fail and the error is logged.</summary>
    Fatal,
}
