using System.Globalization;
using System.Text.Json;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;
using K2.TestKit;

namespace K2.EndToEnd.Tests;

/// <summary>Aggregate trades reproduce the exchange's own forming klines of the same connection.</summary>
public sealed class AggregateKlineTests
{
    private const int ReproducibleUpdates = 51;

    [Fact]
    public void AggregateTrades_OfTheCapture_ReproduceEveryKlineUpdateWhoseFirstTradeIsThere()
    {
        var path = SharedFiles.TryFind("captures/binance-aggtrade-kline-2021-04-04.jsonl");
        Assert.SkipWhen(path is null, SharedFiles.Missing);
        var aggregates = new Dictionary<string, List<Trade>>(StringComparer.Ordinal);
        var klines = new List<(string Symbol, JsonElement Kline)>();
        foreach (var line in File.ReadLines(path!))
        {
            using var outer = JsonDocument.Parse(line);
            using var frame = JsonDocument.Parse(outer.RootElement.GetProperty("frame").GetString()!);
            var data = frame.RootElement.GetProperty("data");
            var symbol = data.GetProperty("s").GetString()!;
            if (data.GetProperty("e").GetString() == "kline") klines.Add((symbol, data.GetProperty("k").Clone()));
            else (aggregates.TryGetValue(symbol, out var list) ? list : aggregates[symbol] = []).Add(ToTrade(data));
        }

        var reproduced = 0;
        foreach (var (symbol, kline) in klines)
        {
            long first = kline.GetProperty("f").GetInt64(), last = kline.GetProperty("L").GetInt64();
            var trades = aggregates[symbol].Where(trade => trade.FirstTradeId >= first && trade.LastTradeId <= last).ToList();
            if (trades.Count == 0 || trades[0].FirstTradeId != first || trades[^1].LastTradeId != last) continue;

            Assert.Equal(Expected(kline), Built(symbol, trades, kline.GetProperty("t").GetInt64()));
            reproduced++;
        }

        Assert.Equal(ReproducibleUpdates, reproduced);
    }

    private static string Built(string symbol, List<Trade> trades, long windowMs)
    {
        var instrument = new Instrument(InstrumentId.Create(Exchange.Binance, "X/USDT"), symbol, "X", "USDT", 8, 8, TradeKind.Aggregate);
        var book = new CandleBook(instrument, new CandleBookOptions());
        var changes = new BookChanges();
        var position = LogPosition.Create(1, 0);
        foreach (var trade in trades)
        {
            book.Apply(position, LogRecord.OfTrade(trade), changes);
            position = position.Plus(1);
        }

        var candle = book.Candles().Single(c => c.Timeframe == Timeframe.OneMinute && c.WindowStart == Timestamp.FromMilliseconds(windowMs));
        return string.Join('|', Price(candle.Open), Price(candle.High), Price(candle.Low), Price(candle.Close), FixedPoint.ToDecimal(candle.Volume, 8), FixedPoint.ToDecimal(candle.QuoteVolume, 16), candle.TradeCount, candle.OpenTradeId, candle.CloseTradeId);
    }

    private static string Expected(JsonElement kline) => string.Join('|',
        Number(kline, "o"), Number(kline, "h"), Number(kline, "l"), Number(kline, "c"), Number(kline, "v"), Number(kline, "q"), kline.GetProperty("n").GetInt64(), kline.GetProperty("f").GetInt64(), kline.GetProperty("L").GetInt64());

    private static decimal Number(JsonElement element, string name) => Normal(decimal.Parse(element.GetProperty(name).GetString()!, CultureInfo.InvariantCulture));

    private static decimal Price(Price price) => FixedPoint.ToDecimal(price.Mantissa, 8);

    private static decimal Normal(decimal value) => value / 1.0000000000000000000000000000m;

    private static Trade ToTrade(JsonElement data) => new()
    {
        TradeId = data.GetProperty("a").GetInt64(),
        FirstTradeId = data.GetProperty("f").GetInt64(),
        LastTradeId = data.GetProperty("l").GetInt64(),
        Kind = TradeKind.Aggregate,
        Price = new Price((long)(decimal.Parse(data.GetProperty("p").GetString()!, CultureInfo.InvariantCulture) * 100_000_000m)),
        Quantity = new Quantity((long)(decimal.Parse(data.GetProperty("q").GetString()!, CultureInfo.InvariantCulture) * 100_000_000m)),
        Side = data.GetProperty("m").GetBoolean() ? TakerSide.Sell : TakerSide.Buy,
        Source = TradeSource.Replay,
        ExchangeTime = Timestamp.FromMilliseconds(data.GetProperty("T").GetInt64()),
        ReceivedTime = Timestamp.FromMilliseconds(data.GetProperty("E").GetInt64()),
    };
}
