using K2.Domain;

namespace K2.Exchanges;

/// <summary>One message as it came from the socket.</summary>
/// <param name="Bytes">The message's bytes, unchanged.</param>
/// <param name="ReceivedTime">When it was read from the socket; in a replay, when the capture's recorder read it.</param>
/// <param name="Sequence">Its number within the origin: counted from 1 on a live connection, the line number in a capture.</param>
public readonly record struct RawFrame(ReadOnlyMemory<byte> Bytes, Timestamp ReceivedTime, long Sequence);
