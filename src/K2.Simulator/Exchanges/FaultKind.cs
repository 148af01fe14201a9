namespace K2.Simulator.Exchanges;

/// <summary>What can go wrong with an exchange.</summary>
public enum FaultKind
{
    /// <summary>All connections are cut as a network fault would.</summary>
    CutConnections,

    /// <summary>All connections are cut in the middle of a message.</summary>
    CutMidFrame,

    /// <summary>Connections stay open and nothing comes any more, not even a pong.</summary>
    SilentSocket,

    /// <summary>So many messages are not sent.</summary>
    DropFrames,

    /// <summary>So many messages are sent twice.</summary>
    DuplicateFrames,

    /// <summary>So many messages change places with their successor.</summary>
    ReorderFrames,

    /// <summary>So many messages are cut off in the middle, as texts.</summary>
    MalformedFrames,

    /// <summary>A message with trades comes so many messages late.</summary>
    LateTrade,

    /// <summary>The next so many subscriptions are refused.</summary>
    RefuseSubscribe,

    /// <summary>New connections are answered with HTTP 503 for a while.</summary>
    RefuseConnections,

    /// <summary>Connections are cut and new ones refused, and REST does not answer either, for a while.</summary>
    NetworkDown,

    /// <summary>REST answers 429 with Retry-After for a while.</summary>
    RestTooManyRequests,

    /// <summary>REST answers 418 (Binance) or 429 for a while.</summary>
    RestBanned,

    /// <summary>REST takes so many milliseconds longer for a while.</summary>
    RestSlow,

    /// <summary>REST answers 503 for a while.</summary>
    RestUnavailable,

    /// <summary>Connections are closed as after their longest life.</summary>
    DailyClose,

    /// <summary>The exchange announces that it will close, and does. Where it has no words for that it only closes.</summary>
    ServerShutdown,

    /// <summary>No trades are made for a while; heartbeats go on.</summary>
    Freeze,

    /// <summary>The exchange's clock jumps ahead by so many milliseconds.</summary>
    ClockSkew,

    /// <summary>The ids of the instrument with this index start again at 1.</summary>
    IdRestart,
}
