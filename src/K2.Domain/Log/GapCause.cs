namespace K2.Domain.Log;

/// <summary>How a gap was noticed. The values are stored: they only grow.</summary>
public enum GapCause : byte
{
    /// <summary>Not recorded.</summary>
    Unknown = 0,

    /// <summary>The ids jumped on a connection that stayed open.</summary>
    IdJump = 1,

    /// <summary>The exchange's message numbers jumped on a connection.</summary>
    SequenceJump = 2,

    /// <summary>The connection was lost and made again.</summary>
    Reconnect = 3,

    /// <summary>The platform was stopped and started again.</summary>
    Restart = 4,

    /// <summary>Trades from before the first known one were asked for; nothing was lost.</summary>
    History = 5,
}
