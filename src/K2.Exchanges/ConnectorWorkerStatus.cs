using System.Collections.Immutable;
using K2.Domain;
using K2.Domain.Instruments;

namespace K2.Exchanges;

/// <summary>What a connector worker does and has done since it was made. Counts go on over reconnects.</summary>
public sealed record ConnectorWorkerStatus
{
    /// <summary>What it does.</summary>
    public required ConnectorState State { get; init; }

    /// <summary>The id of the current or last connection, or empty.</summary>
    public required string ConnectionId { get; init; }

    /// <summary>Instruments asked for.</summary>
    public required ImmutableArray<InstrumentId> Desired { get; init; }

    /// <summary>Instruments whose subscription the exchange confirmed on the current connection.</summary>
    public required ImmutableArray<InstrumentId> Confirmed { get; init; }

    /// <summary>Instruments whose subscription the exchange refused, with its words.</summary>
    public required ImmutableDictionary<InstrumentId, string> Refused { get; init; }

    /// <summary>Why the last connection ended or an attempt failed, or empty.</summary>
    public required string LastError { get; init; }

    /// <summary>Connections made.</summary>
    public required long Connects { get; init; }

    /// <summary>When the last message was received by this machine's clock, or null.</summary>
    public required Timestamp? LastFrame { get; init; }

    /// <summary>Messages received, the exchange's answers included.</summary>
    public required long Frames { get; init; }

    /// <summary>Trades read from them.</summary>
    public required long Trades { get; init; }

    /// <summary>Messages rejected.</summary>
    public required long Rejected { get; init; }

    /// <summary>Messages of streams that are of no concern.</summary>
    public required long OtherStreams { get; init; }

    /// <summary>Messages with the kind of trades that is not taken for their instrument.</summary>
    public required long OtherTradeKinds { get; init; }

    /// <summary>Times that the exchange's message numbers showed that messages were lost.</summary>
    public required long SequenceJumps { get; init; }

    /// <summary>Trades of instruments that were not asked for.</summary>
    public required long NotAskedFor { get; init; }
}
