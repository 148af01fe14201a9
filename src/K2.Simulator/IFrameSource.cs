namespace K2.Simulator;

/// <summary>Frames of one exchange in the order they are played.</summary>
public interface IFrameSource
{
    /// <summary>Names the frames' origin; with the line it is a frame's key.</summary>
    string Name { get; }

    /// <summary>
    /// Whether a new connection joins at the present moment, as on a real exchange, instead of at the first frame. Has no meaning at the
    /// highest speed.
    /// </summary>
    bool IsContinuous { get; }

    /// <summary>Reads from the first frame on; each call starts anew and gives the same frames.</summary>
    /// <exception cref="InvalidDataException">The frames cannot be read; the message names the file and the line.</exception>
    IAsyncEnumerable<FrameBlock> ReadAsync(CancellationToken cancellationToken);
}
