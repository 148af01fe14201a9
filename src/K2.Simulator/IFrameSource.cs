namespace K2.Simulator;

/// <summary>Frames of one exchange in the order they are played.</summary>
public interface IFrameSource
{
    /// <summary>Names the frames' origin; with the line it is a frame's key.</summary>
    string Name { get; }

    /// <summary>Reads from the first frame on; each call starts anew and gives the same frames.</summary>
    /// <exception cref="InvalidDataException">The frames cannot be read; the message names the file and the line.</exception>
    IAsyncEnumerable<FrameBlock> ReadAsync(CancellationToken cancellationToken);
}
