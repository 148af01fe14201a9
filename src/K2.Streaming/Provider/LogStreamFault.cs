namespace K2.Streaming.Provider;

/// <summary>Plausible mistakes in a stream provider. Tests switch one on and show that they detect the loss it causes.</summary>
internal enum LogStreamFault
{
    /// <summary>No mistake.</summary>
    None = 0,

    /// <summary>Commit the highest delivered position, not the end of the contiguous delivered prefix.</summary>
    CommitHighest = 1,

    /// <summary>Position a cursor behind the container that the token names, as if the caller did not step over it itself.</summary>
    CursorOneTooFar = 2,
}
