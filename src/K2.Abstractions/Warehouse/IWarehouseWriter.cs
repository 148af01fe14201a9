namespace K2.Abstractions.Warehouse;

/// <summary>
/// Makes rows durable. Concurrent calls share inserts; each call completes when its own rows are durable and throws only when it was cancelled
/// or the writer was stopped: an unreachable warehouse is waited for. Repeats of the same rows change nothing.
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
