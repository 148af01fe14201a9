using K2.Domain;

namespace K2.Exchanges;

/// <summary>Where a replayed message came from.</summary>
/// <param name="Capture">The capture file's name.</param>
/// <param name="Line">The line in it, from 1; 0 for an answer of the server, which is in no capture.</param>
/// <param name="ReceivedTime">When the capture's recorder received it.</param>
public readonly record struct FrameOrigin(string Capture, long Line, Timestamp ReceivedTime);
