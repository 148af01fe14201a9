using K2.Domain.Instruments;

namespace K2.Exchanges;

/// <summary>
/// Consecutive messages of one origin, and what they say. Nothing in it is touched by the worker once the batch was handed over, so the
/// receiver may keep all of it without copying.
/// </summary>
public sealed class FrameBatch
{
    /// <summary>The exchange.</summary>
    public required Exchange Exchange { get; init; }

    /// <summary>A connection's unique id, or the capture file's name in a replay. A new origin of a live exchange means a new connection.</summary>
    public required string Origin { get; init; }

    /// <summary>Whether the origin is a capture, so that the same frame may come again in another batch.</summary>
    public required bool IsReplay { get; init; }

    /// <summary>Whether the messages are pages of the exchange's REST API.</summary>
    public bool IsFetched { get; init; }

    /// <summary>
    /// All messages, rejected ones included, in the order they came. Left out are a message beyond the size limit (only its beginning was
    /// kept, see <see cref="Rejected"/>) and, in a replay, the server's answers, which are in no capture.
    /// </summary>
    public required IReadOnlyList<RawFrame> Frames { get; init; }

    /// <summary>Trades and watermarks by instrument. Empty in a batch of control messages.</summary>
    public required IReadOnlyList<InstrumentRecords> Records { get; init; }

    /// <summary>Messages that could not be taken.</summary>
    public required IReadOnlyList<RejectedFrame> Rejected { get; init; }

    /// <summary>Number of messages that carried trades.</summary>
    public required int TradeFrames { get; init; }

    /// <summary>Number of trades in <see cref="Records"/>.</summary>
    public required int Trades { get; init; }
}
