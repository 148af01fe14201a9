namespace K2.Exchanges;

/// <summary>What a connector worker does.</summary>
public enum ConnectorState
{
    /// <summary>Not started.</summary>
    Idle,

    /// <summary>Opens a connection.</summary>
    Connecting,

    /// <summary>Connected; not every subscription is answered yet.</summary>
    Subscribing,

    /// <summary>Connected; every subscription is answered.</summary>
    Streaming,

    /// <summary>Waits before the next connection.</summary>
    Waiting,

    /// <summary>Was stopped; all that was read is handed over.</summary>
    Stopped,
}
