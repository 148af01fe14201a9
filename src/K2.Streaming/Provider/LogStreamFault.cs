namespace K2.Streaming.Provider;

/// <summary>Plausible mistakes in a stream provider. Tests switch one on and show that they detect the loss it causes.</summary>
internal enum LogStreamFault
{
    /// <summary>No mistake.</summary>
    None = 0,

    /// <summary>Commit the highest delivered position, not the end of the contiguous delivered prefix.</summary>
    CommitHighest = 1,

    /// <summary>On a rewind, position the cursor behind the container that holds the token, not at it.</summary>
    CursorOneTooFar = 2,

    /// <summary>On every resume the cursor stands one container too far, and batches do not say what came before them: consumers cannot notice the hole, only a ledger can.</summary>
    CursorOneTooFarUnnoticed = 3,
}
