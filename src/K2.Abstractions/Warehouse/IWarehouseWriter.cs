namespace K2.Abstractions.Warehouse;

/// <summary>
/// Makes rows durable. Concurrent calls share inserts; each call completes when its own rows are durable. An unreachable warehouse is waited for. A row
/// that the warehouse refuses becomes a dead letter and the rest is written; a call throws when it was cancelled, when the writer was stopped, or when
/// the warehouse refuses what cannot be left out (a checkpoint, a whole table). Repeats of the same rows change nothing.
/// </summary>
public interface IWarehouseWriter
{
    /// <summary>Writes trades, candles, revisions and dead letters in parallel, then the checkpoint.</summary>
    Task WriteAsync(SymbolFlush flush, CancellationToken cancellationToken);

    /// <summary>Writes chunks of raw frames.</summary>
    Task WriteRawAsync(IReadOnlyList<RawChunk> chunks, CancellationToken cancellationToken);

    /// <summary>Writes dead letters.</summary>
    Task WriteDeadLettersAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken);

    /// <summary>Writes outcomes of checks.</summary>
    Task WriteAuditAsync(IReadOnlyList<AuditEntry> entries, CancellationToken cancellationToken);
}
