using K2.Domain.Instruments;

namespace K2.Abstractions.Warehouse;

/// <summary>Tells which raw frames the warehouse holds. Thread-safe.</summary>
public interface IRawFrameIndex
{
    /// <summary>Returns the numbers of an origin's stored frames between two numbers, both included. See <see cref="RawChunk.Origin"/>.</summary>
    Task<IReadOnlySet<long>> FindAsync(Exchange exchange, string origin, long first, long last, CancellationToken cancellationToken);
}
