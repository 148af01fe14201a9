using K2.Abstractions.Warehouse;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;

namespace K2.TestKit.Warehouse;

/// <summary>Rows for the warehouse's tests; each scale pair and each test has an instrument of its own.</summary>
public static class WarehouseSamples
{
    /// <summary>Instruments per pair of scales.</summary>
    public const int PerTest = 40;

    /// <summary>Midnight of 2024-08-08.</summary>
    public static Timestamp Midnight { get; } = Timestamp.From(new DateTimeOffset(2024, 8, 8, 0, 0, 0, TimeSpan.Zero));

    /// <summary>The instruments that a warehouse under test has to know: T0… and N0… with scales 2 and 3, S0…S18 with scale n and 18 - n.</summary>
    public static InstrumentTable Instruments { get; } = new([.. Enumerable.Range(0, PerTest).Select(n => Of($"T{n}", 2, 3)), .. Enumerable.Range(0, PerTest).Select(n => Of($"N{n}", 2, 3)), .. Enumerable.Range(0, 19).Select(n => Of($"S{n}", n, 18 - n))]);

    /// <summary>Returns an instrument of the table by its base asset.</summary>
    public static Instrument Named(string asset) => Instruments.TryGet(InstrumentId.Create(Exchange.Binance, asset + "/USDT"), out var found) ? found : throw new ArgumentException(asset, nameof(asset));

    /// <summary>Returns a time in microseconds after midnight.</summary>
    public static Timestamp At(long seconds) => new(Midnight.Microseconds + (seconds * Timestamp.MicrosecondsPerSecond));

    /// <summary>Returns a single trade.</summary>
    public static PositionedTrade Trade(long id, long second, long offset, long price = 100, long quantity = 1) => new(LogPosition.Create(1, offset), new Trade
    {
        TradeId = id,
        FirstTradeId = id,
        LastTradeId = id,
        IdEpoch = 0,
        Kind = TradeKind.Single,
        Price = new Price(price),
        Quantity = new Quantity(quantity),
        Side = TakerSide.Buy,
        Source = TradeSource.Live,
        ExchangeTime = At(second),
        ReceivedTime = At(second),
    });

    /// <summary>Returns a one-minute candle.</summary>
    public static Candle Candle(Instrument instrument, int minute, long offset, long price = 100) => new()
    {
        Instrument = instrument.Id,
        Timeframe = Timeframe.OneMinute,
        WindowStart = At(60L * minute),
        Open = new Price(price),
        High = new Price(price),
        Low = new Price(price),
        Close = new Price(price),
        Volume = 1,
        QuoteVolume = price,
        TradeCount = 1,
        OpenTime = At(60L * minute),
        CloseTime = At(60L * minute),
        OpenTradeId = 1,
        CloseTradeId = 1,
        Closed = true,
        Complete = Completeness.Yes,
        Revision = 0,
        Position = LogPosition.Create(1, offset),
    };

    /// <summary>Returns a flush whose checkpoint stands at an offset.</summary>
    public static SymbolFlush Flush(Instrument instrument, long offset, IReadOnlyList<PositionedTrade>? trades = null, IReadOnlyList<Candle>? candles = null, IReadOnlyList<Candle>? revisions = null) => new()
    {
        Instrument = instrument,
        Trades = trades ?? [],
        Candles = candles ?? [],
        Revisions = revisions ?? [],
        DeadLetters = [],
        Position = LogPosition.Create(1, offset),
        State = new[] { (byte)(offset % 256), (byte)0, (byte)255 },
    };

    private static Instrument Of(string asset, int priceScale, int quantityScale) => new(InstrumentId.Create(Exchange.Binance, asset + "/USDT"), asset + "USDT", asset, "USDT", priceScale, quantityScale);
}
