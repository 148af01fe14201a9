namespace K2.Simulator;

/// <summary>Where a frame lies in its block, and where it came from.</summary>
/// <param name="Offset">First byte in the block.</param>
/// <param name="Length">Number of bytes.</param>
/// <param name="Line">Line in the source, from 1.</param>
/// <param name="ReceivedNs">When the recorder received it: nanoseconds since the Unix epoch.</param>
public readonly record struct FrameEntry(int Offset, int Length, long Line, long ReceivedNs);
