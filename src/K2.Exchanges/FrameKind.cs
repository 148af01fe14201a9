namespace K2.Exchanges;

/// <summary>What a message is.</summary>
public enum FrameKind
{
    /// <summary>It carries trades.</summary>
    Trades,

    /// <summary>It concerns the connection, see <see cref="FrameResult.Control"/>.</summary>
    Control,

    /// <summary>It is well formed and of no concern, see <see cref="FrameResult.Ignored"/>.</summary>
    Ignored,

    /// <summary>It cannot be taken, see <see cref="FrameResult.Reason"/>.</summary>
    Rejected,
}
