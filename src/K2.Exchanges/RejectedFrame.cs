using K2.Domain;

namespace K2.Exchanges;

/// <summary>A message that could not be taken. It belongs into the dead letters with its original bytes.</summary>
/// <param name="Reason">A stable code of <see cref="RejectReasons"/>.</param>
/// <param name="Detail">What exactly is wrong, for people.</param>
/// <param name="Original">The message's bytes; of a message beyond the limit, its beginning.</param>
/// <param name="OriginalLength">The message's whole length in bytes.</param>
/// <param name="ReceivedTime">When it was read from the socket, or by the capture's recorder.</param>
/// <param name="Sequence">Its number within the batch's origin, see <see cref="RawFrame.Sequence"/>.</param>
public sealed record RejectedFrame(string Reason, string Detail, ReadOnlyMemory<byte> Original, long OriginalLength, Timestamp ReceivedTime, long Sequence);
