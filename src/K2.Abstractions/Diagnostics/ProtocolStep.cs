namespace K2.Abstractions.Diagnostics;

/// <summary>The steps of the exactly-once path, in order; a crash test must hit each of them.</summary>
public enum ProtocolStep
{
    /// <summary>Between steps.</summary>
    Idle = 0,

    /// <summary>A frame was read and is being parsed.</summary>
    Receive = 1,

    /// <summary>Batches are being written to the log, not yet durable.</summary>
    Append = 2,

    /// <summary>Durable in the log, not yet delivered.</summary>
    Appended = 3,

    /// <summary>A grain applies a batch to a copy of its state.</summary>
    Apply = 4,

    /// <summary>Trades and candles are being inserted.</summary>
    InsertRows = 5,

    /// <summary>Trades and candles are durable, the checkpoint is not.</summary>
    InsertState = 6,

    /// <summary>The checkpoint is durable, the batch is not yet acknowledged.</summary>
    Acknowledge = 7,

    /// <summary>The committed position is being moved.</summary>
    Commit = 8,
}
