using K2.Abstractions.Warehouse;

namespace K2.Benchmarks.Stream;

/// <summary>Notes when a flush is durable.</summary>
internal sealed class TimedWriter(IWarehouseWriter inner, Arrivals arrivals) : IWarehouseWriter
{
    public async Task WriteAsync(SymbolFlush flush, CancellationToken cancellationToken)
    {
        await inner.WriteAsync(flush, cancellationToken);
        var now = Arrivals.Now;
        foreach (var (_, trade) in flush.Trades) arrivals.Take(trade.ReceivedTime, now);
        arrivals.Count(flush.Trades.Count);
    }

    public Task WriteRawAsync(IReadOnlyList<RawChunk> chunks, CancellationToken cancellationToken) => inner.WriteRawAsync(chunks, cancellationToken);

    public Task WriteDeadLettersAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken) => inner.WriteDeadLettersAsync(letters, cancellationToken);

    public Task WriteAuditAsync(IReadOnlyList<AuditEntry> entries, CancellationToken cancellationToken) => inner.WriteAuditAsync(entries, cancellationToken);
}
