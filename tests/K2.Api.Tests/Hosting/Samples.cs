using K2.Contracts.Symbols;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;

namespace K2.Api.Tests.Hosting;

/// <summary>The instruments and rows that the tests read.</summary>
internal static class Samples
{
    public static readonly Instrument Btc = new(InstrumentId.Create(Exchange.Binance, "BTC/USDT"), "BTCUSDT", "BTC", "USDT", 2, 5);
    public static readonly Instrument Eth = new(InstrumentId.Create(Exchange.Binance, "ETH/USDT"), "ETHUSDT", "ETH", "USDT", 2, 4);
    public static readonly Instrument KrakenBtc = new(InstrumentId.Create(Exchange.Kraken, "BTC/USD"), "BTC/USD", "BTC", "USD", 1, 8);
    public static readonly Timestamp Start = Timestamp.From(new DateTimeOffset(2024, 8, 8, 23, 50, 0, TimeSpan.Zero));

    public static InstrumentTable Table() => new([Btc, Eth, KrakenBtc]);

    public static Candle Candle(int minute, bool closed = true) => new()
    {
        Instrument = Btc.Id,
        Timeframe = Timeframe.OneMinute,
        WindowStart = Minute(minute),
        Open = new Price(6_183_763 + minute),
        High = new Price(6_190_000 + minute),
        Low = new Price(6_180_050),
        Close = new Price(6_185_000),
        Volume = 1_234_500 + minute,
        QuoteVolume = 763_333_333_333 + minute,
        TradeCount = 10 + minute,
        OpenTime = new Timestamp(Minute(minute).Microseconds + 342_000),
        CloseTime = new Timestamp(Minute(minute).Microseconds + 59_999_001),
        OpenTradeId = 3_000_000_000 + (minute * 100),
        CloseTradeId = 3_000_000_099 + (minute * 100),
        Closed = closed,
        Complete = closed ? Completeness.Yes : Completeness.Unknown,
        Revision = 0,
        Position = LogPosition.Create(1, minute),
    };

    public static PositionedTrade Trade(int number) => new(LogPosition.Create(1, number), new Trade
    {
        // Three trades share each moment, so that a page may end among equals.
        TradeId = 5_000 + number,
        FirstTradeId = 5_000 + number,
        LastTradeId = 5_000 + number,
        Kind = TradeKind.Single,
        Price = new Price(6_183_763 + number),
        Quantity = new Quantity(123 + number),
        Side = number % 2 == 0 ? TakerSide.Buy : TakerSide.Sell,
        Source = TradeSource.Replay,
        ExchangeTime = new Timestamp(Start.Microseconds + (number / 3 * 1_001)),
        ReceivedTime = new Timestamp(Start.Microseconds + (number * 1_001) + 7),
    });

    public static Timestamp Minute(int minute) => new(Start.Microseconds + (minute * 60_000_000L));

    public static CandleView Forming(int minute) => Candle(minute, closed: false).ToView(Btc);
}
