using K2.Abstractions.Log;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;

namespace K2.Grains.Tests;

/// <summary>Values that the tests share.</summary>
internal static class Some
{
    public static Instrument Instrument { get; } = new(InstrumentId.Create(Exchange.Binance, "BTC/USDT"), "BTCUSDT", "BTC", "USDT", 8, 8);

    public static Timestamp Start { get; } = Timestamp.FromMilliseconds(1_723_161_240_000);

    public static Trade Trade(long id, double seconds, long price = 100, long quantity = 1) => new()
    {
        TradeId = id,
        FirstTradeId = id,
        LastTradeId = id,
        Kind = TradeKind.Single,
        Price = new Price(price),
        Quantity = new Quantity(quantity),
        Side = TakerSide.Buy,
        Source = TradeSource.Live,
        ExchangeTime = Start.Add(TimeSpan.FromSeconds(seconds)),
        ReceivedTime = Start.Add(TimeSpan.FromSeconds(seconds)),
    };

    public static LogRecord Watermark(double seconds) => LogRecord.OfWatermark(Start.Add(TimeSpan.FromSeconds(seconds)));

    /// <summary>Packs records as one batch at an offset.</summary>
    public static PackedBatch Batch(LogPosition previous, LogPosition first, params LogRecord[] records) =>
        new(Instrument.Id.ToString(), previous.Version, [new PackedRecords(first.Version, records.Length, RecordCodec.Encode(Instrument, records))]);
}
