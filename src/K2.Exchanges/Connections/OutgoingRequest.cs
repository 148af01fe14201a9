using K2.Domain.Instruments;

namespace K2.Exchanges.Connections;

/// <summary>A message to the exchange that awaits an answer.</summary>
/// <param name="Id">Number by which the answer is recognised.</param>
/// <param name="Message">The message.</param>
/// <param name="Instruments">What it subscribes to; empty in a probe.</param>
internal sealed record OutgoingRequest(long Id, ReadOnlyMemory<byte> Message, IReadOnlyList<Instrument> Instruments)
{
    private long _sentAt;

    /// <summary>Returns the request as it is when one of its instruments was answered.</summary>
    public OutgoingRequest Without(Instrument answered) => this with { Instruments = [.. Instruments.Where(instrument => instrument != answered)] };

    /// <summary>Whether the sending has begun.</summary>
    public bool IsSent => Volatile.Read(ref _sentAt) != 0;

    /// <summary>When the sending began, as a time provider's timestamp.</summary>
    public long SentAt => Volatile.Read(ref _sentAt);

    /// <summary>Notes when the sending began.</summary>
    public void MarkSent(long timestamp) => Volatile.Write(ref _sentAt, timestamp == 0 ? 1 : timestamp);
}
