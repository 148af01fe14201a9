namespace K2.Domain.Trades;

/// <summary>How a trade came in. The values are stored: they only grow.</summary>
public enum TradeSource : byte
{
    /// <summary>Not set.</summary>
    Unknown = 0,

    /// <summary>Pushed by the exchange's socket.</summary>
    Live = 1,

    /// <summary>From the snapshot that follows a subscription.</summary>
    Snapshot = 2,

    /// <summary>From the exchange's past: asked for by REST, or read from a file that it publishes.</summary>
    Backfill = 3,

    /// <summary>From a capture played again.</summary>
    Replay = 4,

    /// <summary>Made by the simulator; never in one data folder with live trades.</summary>
    Simulated = 5,
}
