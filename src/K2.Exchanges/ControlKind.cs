namespace K2.Exchanges;

/// <summary>What a control message says.</summary>
public enum ControlKind
{
    /// <summary>The message is no control message.</summary>
    None,

    /// <summary>A request was accepted.</summary>
    Accepted,

    /// <summary>A request was refused.</summary>
    Refused,

    /// <summary>The exchange will close the connection soon.</summary>
    Shutdown,

    /// <summary>All instruments that the connection is subscribed to, without saying which request that answers.</summary>
    Subscribed,

    /// <summary>The connection lives; nothing else.</summary>
    Heartbeat,

    /// <summary>About the exchange or the connection, without consequence.</summary>
    Status,
}
