namespace K2.Simulator.Replay;

/// <summary>Where a sent message came from.</summary>
/// <param name="Capture">The source's name.</param>
/// <param name="Line">The line, from 1; 0 for an answer of the server.</param>
/// <param name="ReceivedNs">The recorder's time of receipt; 0 for an answer.</param>
internal readonly record struct FrameOriginRecord(string Capture, long Line, long ReceivedNs);
