using K2.Abstractions.Warehouse;

namespace K2.Silo;

/// <summary>
/// The naive way, for the chaos bench alone: returns before rows are durable and writes them behind the caller's back. The bench must find what it loses.
/// </summary>
internal sealed class EarlyWriter(IWarehouseWriter inner) : IWarehouseWriter
{
    public Task WriteAsync(SymbolFlush flush, CancellationToken cancellationToken)
    {
        _ = inner.WriteAsync(flush, CancellationToken.None);
        return Task.CompletedTask;
    }

    public Task WriteRawAsync(IReadOnlyList<RawChunk> chunks, CancellationToken cancellationToken) => inner.WriteRawAsync(chunks, cancellationToken);

    public Task WriteDeadLettersAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken) => inner.WriteDeadLettersAsync(letters, cancellationToken);

    public Task WriteAuditAsync(IReadOnlyList<AuditEntry> entries, CancellationToken cancellationToken) => inner.WriteAuditAsync(entries, cancellationToken);
}
