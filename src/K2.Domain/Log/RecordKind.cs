namespace K2.Domain.Log;

/// <summary>What a record of a symbol's log says. The values are stored: they only grow.</summary>
public enum RecordKind : byte
{
    /// <summary>Not set; a stored record never has it.</summary>
    Unknown = 0,

    /// <summary>A trade.</summary>
    Trade = 1,

    /// <summary>The exchange's time has reached a moment; windows that end at or before it close.</summary>
    Watermark = 2,

    /// <summary>Trades between two moments are missing.</summary>
    GapOpened = 3,

    /// <summary>A gap was filled.</summary>
    GapClosed = 4,

    /// <summary>The exchange restarted its trade ids: the id epoch rises by one.</summary>
    TradeIdsRestarted = 5,

    /// <summary>A gap stays: the exchange does not serve what is missing.</summary>
    GapGivenUp = 6,

    /// <summary>The candles of a range are to be derived again from the warehouse's trades.</summary>
    Rebuild = 7,

    /// <summary>
    /// A trade derived again from raw frames: stored if the warehouse lacks it, whatever ids were seen. It touches no candle; a
    /// <see cref="Rebuild"/> record follows.
    /// </summary>
    RestoredTrade = 8,
}
