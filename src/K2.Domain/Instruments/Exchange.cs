namespace K2.Domain.Instruments;

/// <summary>An exchange whose trades the platform takes. The values are stored: they only grow.</summary>
public enum Exchange : byte
{
    /// <summary>Not set; never stored with a trade.</summary>
    Unknown = 0,

    /// <summary>Binance spot.</summary>
    Binance = 1,

    /// <summary>Kraken spot.</summary>
    Kraken = 2,

    /// <summary>Coinbase spot.</summary>
    Coinbase = 3,
}
