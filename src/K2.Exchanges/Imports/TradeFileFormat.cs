namespace K2.Exchanges.Imports;

/// <summary>The published files of past trades that can be read.</summary>
public enum TradeFileFormat
{
    /// <summary>Not known.</summary>
    Unknown = 0,

    /// <summary>Binance's public trade dumps: id, price, quantity, quote quantity, time, buyer is maker, best match (data.binance.vision).</summary>
    BinanceTrades = 1,

    /// <summary>Binance's public dumps of aggregate trades: id, price, quantity, first and last trade id, time, buyer is maker, best match.</summary>
    BinanceAggregates = 2,

    /// <summary>Kraken's downloadable time and sales: time in seconds, price, volume; without ids and sides.</summary>
    KrakenTimeAndSales = 3,
}
