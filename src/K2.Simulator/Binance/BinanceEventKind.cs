namespace K2.Simulator.Binance;

/// <summary>Events whose ids and times can be shifted.</summary>
internal enum BinanceEventKind
{
    Other,
    Trade,
    AggregateTrade,
    Kline,
}
