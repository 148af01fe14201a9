using K2.Domain;
using K2.Domain.Instruments;

namespace K2.Abstractions.Warehouse;

/// <summary>Input that could not be taken, kept with its original bytes. Origin and sequence are its key: the same input twice is one row.</summary>
public sealed record DeadLetter
{
    /// <summary>The exchange it came from.</summary>
    public required Exchange Exchange { get; init; }

    /// <summary>Where it came from: a connection, a capture file, or a log partition.</summary>
    public required string Origin { get; init; }

    /// <summary>Its number there: frame, line or offset.</summary>
    public required long Sequence { get; init; }

    /// <summary>A short stable code, for example <c>unknown-symbol</c> or <c>id-conflict</c>.</summary>
    public required string Reason { get; init; }

    /// <summary>What exactly was wrong, for people.</summary>
    public required string Detail { get; init; }

    /// <summary>When it was received.</summary>
    public required Timestamp ReceivedTime { get; init; }

    /// <summary>The bytes as received; at most the frame limit, see <see cref="OriginalLength"/>.</summary>
    public required ReadOnlyMemory<byte> Original { get; init; }

    /// <summary>The length of the input, also where only its beginning is kept.</summary>
    public required long OriginalLength { get; init; }
}
