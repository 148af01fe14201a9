using System.Text;
using K2.Simulator.Binance;

namespace K2.Simulator.Replay;

/// <summary>Says which frames a connection gets.</summary>
internal sealed class StreamFilter
{
    private readonly HashSet<byte[]>.AlternateLookup<ReadOnlySpan<byte>>? _known;

    /// <summary>Makes a filter.</summary>
    /// <param name="knownSymbols">Native symbols that the exchange knows; null means all.</param>
    public StreamFilter(IReadOnlySet<string>? knownSymbols)
    {
        if (knownSymbols is null) return;
        var names = knownSymbols.Select(s => Encoding.UTF8.GetBytes(s.ToLowerInvariant())).ToHashSet(Utf8Comparer.Instance);
        _known = names.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>Whether a connection with these subscriptions gets a frame.</summary>
    public bool Passes(ReadOnlySpan<byte> frame, BinanceRequests subscriptions)
    {
        if (!BinanceStreamName.TryFind(frame, out var stream) || subscriptions.IsSubscribed(stream)) return true;
        return _known is { } known && !known.Contains(stream[..stream.IndexOf((byte)'@')]);
    }
}
