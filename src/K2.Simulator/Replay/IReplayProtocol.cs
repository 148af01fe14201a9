namespace K2.Simulator.Replay;

/// <summary>
/// What an exchange does on one connection of a replay: it answers requests and chooses which frames of the capture the client gets. Owned by
/// the connection's write loop.
/// </summary>
internal interface IReplayProtocol
{
    /// <summary>Whether trades were asked for, so that the playing may begin.</summary>
    bool HasSubscriptions { get; }

    /// <summary>Carries a request out and returns the answers.</summary>
    IEnumerable<byte[]> Answer(ReadOnlyMemory<byte> request);

    /// <summary>Whether the client gets a frame. What cannot be read always passes, so that bad input can be played.</summary>
    bool Passes(ReadOnlySpan<byte> frame);

    /// <summary>Returns a frame in the form that the client gets.</summary>
    ReadOnlySpan<byte> Form(ReadOnlySpan<byte> frame) => frame;
}
