using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;

namespace K2.Domain.Tests.Support;

/// <summary>Plain values for tests. Times are seconds after midnight of 2024-08-08.</summary>
internal static class Some
{
    public static readonly Timestamp Midnight = Timestamp.From(new DateTimeOffset(2024, 8, 8, 0, 0, 0, TimeSpan.Zero));

    public static readonly Instrument Instrument = new(InstrumentId.Create(Exchange.Binance, "BTC/USDT"), "BTCUSDT", "BTC", "USDT", 2, 3);

    public static readonly Instrument Aggregated = Instrument with { TradeKind = TradeKind.Aggregate };

    public static readonly CandleBookOptions KeepAll = new() { RetainClosed = TimeSpan.FromDays(10_000) };

    public static Timestamp At(double second) => new(Midnight.Microseconds + (long)(second * Timestamp.MicrosecondsPerSecond));

    public static CandleWindow Window(Timeframe timeframe, double second) => new(timeframe, timeframe.WindowStart(At(second)));

    public static Trade TradeOf(long id, double second, long price = 100, long quantity = 1, ushort epoch = 0) => new()
    {
        TradeId = id,
        FirstTradeId = id,
        LastTradeId = id,
        IdEpoch = epoch,
        Kind = TradeKind.Single,
        Price = new Price(price),
        Quantity = new Quantity(quantity),
        Side = TakerSide.Buy,
        Source = TradeSource.Live,
        ExchangeTime = At(second),
        ReceivedTime = At(second),
    };

    public static LogRecord Trade(long id, double second, long price = 100, long quantity = 1, ushort epoch = 0) =>
        LogRecord.OfTrade(TradeOf(id, second, price, quantity, epoch));

    public static LogRecord Aggregate(long id, long first, long last, double second, long price = 100, long quantity = 1) =>
        LogRecord.OfTrade(TradeOf(id, second, price, quantity) with { Kind = TradeKind.Aggregate, FirstTradeId = first, LastTradeId = last });

    public static LogRecord Watermark(double second, long lastId = -1) => LogRecord.OfWatermark(At(second), lastId);

    public static LogRecord GapOpened(double from, double until) => LogRecord.OfGapOpened(At(from), At(until));

    public static LogRecord GapClosed(double from, double until) => LogRecord.OfGapClosed(At(from), At(until));

    public static LogRecord Restart(double second) => LogRecord.OfTradeIdsRestarted(At(second));
}
