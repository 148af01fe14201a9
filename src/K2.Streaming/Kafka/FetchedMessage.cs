using Confluent.Kafka;

namespace K2.Streaming.Kafka;

/// <summary>A message as it was fetched, in few bytes: a reader that lags holds tens of thousands of them.</summary>
/// <param name="Offset">Its offset.</param>
/// <param name="Key">The key; messages of one key share one array. Empty if there is none.</param>
/// <param name="Value">The value, or null.</param>
/// <param name="Headers">Null if there are none.</param>
internal readonly record struct FetchedMessage(long Offset, byte[] Key, ReadOnlyMemory<byte>? Value, Headers? Headers)
{
    // The structure in its list, the list's growth, and the array's header.
    private const int Overhead = 100;
    private const int HeaderOverhead = 200;

    /// <summary>What it counts against a bound on memory.</summary>
    public int Size => Overhead + (Value?.Length ?? 0) + (Headers is null ? 0 : HeaderOverhead);
}
