using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Tests.Support;
using K2.Domain.Trades;

namespace K2.Domain.Tests.Golden;

public sealed class RealCandlesTests
{
    private const int BatchSize = 997;
    private static readonly TimeSpan[] Lengths = [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(30), TimeSpan.FromHours(1), TimeSpan.FromDays(1)];

    /// <summary>The klines were published by Binance itself: these two files are independent of each other.</summary>
    [Fact]
    public void Candles_FuturesTrades_EqualThePublishedKlines()
    {
        var instrument = Instrument("BTC/USDT", 2, 3);
        var driver = Play(instrument, RealTrades.Singles("binance-usdm-btcusdt-trades-2024-08-08.csv.gz", 2, 3));
        var rows = driver.Final().Where(row => row.Timeframe == Timeframe.OneMinute).ToDictionary(row => row.WindowStart);
        var klines = RealTrades.Rows("binance-usdm-btcusdt-1m-klines-2024-08-08.csv");
        Assert.Equal(6, klines.Count);

        // The trades begin inside 23:54.
        foreach (var kline in klines.Skip(1))
        {
            var row = rows[Timestamp.FromMilliseconds(RealTrades.Number(kline[0]))];
            Assert.Equal(Timestamp.FromMilliseconds(RealTrades.Number(kline[6]) + 1), row.WindowEnd);
            Assert.Equal(kline[1..6].Select(RealTrades.Decimal), Figures(row, instrument));
            Assert.Equal(RealTrades.Decimal(kline[7]), FixedPoint.ToDecimal(row.QuoteVolume, 5));
            Assert.Equal(RealTrades.Number(kline[8]), row.TradeCount);
        }

        Assert.Equal([Completeness.No, Completeness.Yes, Completeness.Yes, Completeness.Yes, Completeness.Yes, Completeness.Unknown], rows.OrderBy(row => row.Key.Microseconds).Select(row => row.Value.Complete));
    }

    [Theory]
    [InlineData("1m", Timeframe.OneMinute)]
    [InlineData("5m", Timeframe.FiveMinutes)]
    public void Candles_AggregateTrades_EqualThePublishedCandles(string name, Timeframe timeframe)
    {
        var instrument = Instrument("XRP/ETH", 8, 8) with { TradeKind = TradeKind.Aggregate };
        var driver = Play(instrument, RealTrades.Aggregates("binance-spot-xrpeth-aggtrades-2019-10-11_12.csv.gz", 8, 8));
        var rows = driver.Final().Where(row => row.Timeframe == timeframe).ToDictionary(row => row.WindowStart);
        var published = RealTrades.Rows($"binance-spot-xrpeth-{name}-candles-2019-10-11_12.csv.gz").Where(cells => RealTrades.Decimal(cells[5]) > 0).ToList();

        Assert.Equal(published.Count, rows.Count);
        foreach (var cells in published) Assert.Equal(cells[1..].Select(RealTrades.Decimal), Figures(rows[Timestamp.FromMilliseconds(RealTrades.Number(cells[0]))], instrument));
        Assert.Equal(11_884, rows.Values.Sum(row => row.TradeCount));
    }

    [Theory]
    [InlineData("btcusdt", "BTC/USDT", 9757)]
    [InlineData("ethusdt", "ETH/USDT", 6106)]
    public void Candles_SpotTrades_EqualTheDecimalComputation(string name, string symbol, int count)
    {
        var file = $"binance-spot-{name}-trades-2024-08-08.csv.gz";
        var instrument = Instrument(symbol, 8, 8);
        var trades = RealTrades.Singles(file, 8, 8);
        Assert.Equal(count, trades.Count);
        var plain = RealTrades.Rows(file).ConvertAll(cells => (Id: RealTrades.Number(cells[0]), Price: RealTrades.Decimal(cells[1]), Quantity: RealTrades.Decimal(cells[2]), Time: DateTime.UnixEpoch.AddMilliseconds(RealTrades.Number(cells[3]))));

        var expected = Lengths.SelectMany(length => plain
            .GroupBy(trade => trade.Time.Ticks / length.Ticks)
            .OrderBy(window => window.Key)
            .Select(window => (Trades: window.OrderBy(trade => trade.Time).ThenBy(trade => trade.Id).ToList(), Start: new DateTime(window.Key * length.Ticks, DateTimeKind.Utc), Length: length))
            .Select(window => (
                window.Start, window.Start + window.Length,
                window.Trades[0].Price, window.Trades.Max(trade => trade.Price), window.Trades.Min(trade => trade.Price), window.Trades[^1].Price,
                window.Trades.Sum(trade => trade.Quantity), window.Trades.Sum(trade => trade.Quantity * trade.Price), (long)window.Trades.Count,
                window.Trades[0].Time, window.Trades[^1].Time, window.Trades[0].Id, window.Trades[^1].Id))).ToList();

        foreach (var driver in new[] { Play(instrument, trades), Play(instrument, Displaced(trades)) })
        {
            Assert.Equal(expected, driver.Final().Select(row => (
                row.WindowStart.ToDateTime(), row.WindowEnd.ToDateTime(),
                FixedPoint.ToDecimal(row.Open.Mantissa, 8), FixedPoint.ToDecimal(row.High.Mantissa, 8), FixedPoint.ToDecimal(row.Low.Mantissa, 8), FixedPoint.ToDecimal(row.Close.Mantissa, 8),
                FixedPoint.ToDecimal(row.Volume, 8), FixedPoint.ToDecimal(row.QuoteVolume, 16), row.TradeCount,
                row.OpenTime.ToDateTime(), row.CloseTime.ToDateTime(), row.OpenTradeId, row.CloseTradeId)));
            Assert.Equal(1, driver.Book.Seen.Count);
        }
    }

    private static Instrument Instrument(string symbol, int priceScale, int quantityScale) =>
        new(InstrumentId.Create(Exchange.Binance, symbol), symbol.Replace("/", "", StringComparison.Ordinal), symbol.Split('/')[0], symbol.Split('/')[1], priceScale, quantityScale);

    private static decimal[] Figures(Candle row, Instrument instrument) =>
    [
        FixedPoint.ToDecimal(row.Open.Mantissa, instrument.PriceScale), FixedPoint.ToDecimal(row.High.Mantissa, instrument.PriceScale),
        FixedPoint.ToDecimal(row.Low.Mantissa, instrument.PriceScale), FixedPoint.ToDecimal(row.Close.Mantissa, instrument.PriceScale),
        FixedPoint.ToDecimal(row.Volume, instrument.QuantityScale),
    ];

    /// <summary>Takes the trades as they come, with a watermark behind each batch, at the default retention.</summary>
    private static BookDriver Play(Instrument instrument, List<Trade> trades)
    {
        var driver = new BookDriver(instrument, new CandleBookOptions());
        foreach (var batch in trades.Chunk(BatchSize)) driver.Batch([.. batch.Select(trade => LogRecord.OfTrade(trade)), LogRecord.OfWatermark(batch[^1].ExchangeTime)]);
        return driver.Batch(LogRecord.OfWatermark(trades.Max(trade => trade.ExchangeTime)));
    }

    private static List<Trade> Displaced(List<Trade> trades)
    {
        var random = new Random(20240808);
        return [.. trades.Select((trade, index) => (Place: index + random.Next(3000), trade)).OrderBy(item => item.Place).Select(item => item.trade)];
    }
}
