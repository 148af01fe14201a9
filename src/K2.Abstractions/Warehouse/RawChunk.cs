using K2.Domain;
using K2.Domain.Instruments;

namespace K2.Abstractions.Warehouse;

/// <summary>Consecutive frames of one connection as received, at most about one second or one MiB of them.</summary>
public sealed record RawChunk
{
    /// <summary>The exchange.</summary>
    public required Exchange Exchange { get; init; }

    /// <summary>A connection's unique id, or the capture file's name in a replay: with the frame's sequence it is the frame's key.</summary>
    public required string Origin { get; init; }

    /// <summary>Whether the origin is a capture, so that the same frame may come again in another chunk.</summary>
    public required bool IsReplay { get; init; }

    /// <summary>Number of each frame within its origin (line number in a capture), ascending.</summary>
    public required IReadOnlyList<long> Sequences { get; init; }

    /// <summary>When each frame was received.</summary>
    public required IReadOnlyList<Timestamp> ReceivedTimes { get; init; }

    /// <summary>The frames' bytes.</summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>> Frames { get; init; }

    /// <summary>The partition of the raw log that the frames stand in.</summary>
    public int Partition { get; init; }

    /// <summary>Where each frame stands in it (<see cref="Domain.Log.LogPosition.Version"/>), ascending; empty if that is not known.</summary>
    public IReadOnlyList<long> Positions { get; init; } = [];
}
