using K2.Domain.Candles;
using K2.Domain.Log;
using K2.Domain.Tests.Support;
using K2.Domain.Trades;

namespace K2.Domain.Tests.Candles;

public sealed class CandleBookTradeTests
{
    [Fact]
    public void Apply_FirstTrade_OpensAllSixTimeframes()
    {
        var driver = new BookDriver().Batch(Some.Trade(7, 3661, price: 250, quantity: 4));

        var candles = driver.Book.Candles();

        Assert.Equal(Timeframes.All, candles.Select(candle => candle.Timeframe));
        Assert.All(candles, candle => Assert.Equal((250, 250, 250, 250), (candle.Open.Mantissa, candle.High.Mantissa, candle.Low.Mantissa, candle.Close.Mantissa)));
        Assert.All(candles, candle => Assert.Equal((4, 1000, 1), (candle.Volume, candle.QuoteVolume, candle.TradeCount)));
        Assert.Equal([Some.At(3660), Some.At(3600), Some.At(3600), Some.At(3600), Some.At(3600), Some.Midnight], candles.Select(candle => candle.WindowStart));
        Assert.Equal(LogPosition.Create(1, 0), driver.Book.Position);
    }

    [Fact]
    public void Apply_TradesOutOfOrder_OpensAndClosesByTimeNotByArrival()
    {
        var driver = new BookDriver().Batch(Some.Trade(2, 20, price: 200), Some.Trade(3, 30, price: 300), Some.Trade(1, 10, price: 100), Some.Watermark(31));

        var candle = driver[Timeframe.OneMinute, 0];

        Assert.Equal((100, 300), (candle.Open.Mantissa, candle.Close.Mantissa));
        Assert.Equal((Some.At(10), Some.At(30)), (candle.OpenTime, candle.CloseTime));
        Assert.Equal((1, 3), (candle.OpenTradeId, candle.CloseTradeId));
    }

    [Fact]
    public void Apply_TradesOfOneMoment_AreOrderedById()
    {
        var driver = new BookDriver().Batch(Some.Trade(2, 10, price: 200), Some.Trade(3, 10, price: 300), Some.Trade(1, 10, price: 100), Some.Watermark(11));

        var candle = driver[Timeframe.OneMinute, 0];

        Assert.Equal((100, 300), (candle.Open.Mantissa, candle.Close.Mantissa));
    }

    [Fact]
    public void Apply_TradeOnTheBoundary_BelongsToTheLaterWindow()
    {
        var driver = new BookDriver().Batch(Some.Trade(1, 59.999999), Some.Trade(2, 60), Some.Watermark(60));

        Assert.Equal(1, driver[Timeframe.OneMinute, 0].TradeCount);
        Assert.Equal(1, driver[Timeframe.OneMinute, 60].TradeCount);
        Assert.Equal(2, driver[Timeframe.FiveMinutes, 0].TradeCount);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Apply_KnownId_ChangesNothingAndIsReported(bool inOneBatch)
    {
        var driver = new BookDriver();
        LogRecord[] records = [Some.Trade(1, 10, price: 100), Some.Trade(1, 10, price: 999, quantity: 50)];

        if (inOneBatch) driver.Batch(records);
        else driver.OneByOne(records);

        Assert.Equal(1, driver.Book.Candles()[0].TradeCount);
        Assert.Equal(999, Assert.Single(driver.Known).Trade.Price.Mantissa);
        Assert.Equal(LogPosition.Create(1, 1), driver.Known[0].Position);
        Assert.Single(driver.Trades);
    }

    [Fact]
    public void Apply_KnownInWarehouse_ChangesNothingAndIsReported()
    {
        var book = new CandleBook(Some.Instrument, new CandleBookOptions());
        var changes = new BookChanges();

        book.Apply(LogPosition.Create(1, 0), Some.Trade(1, 10), changes, knownInWarehouse: true);

        Assert.Empty(changes.NewTrades);
        Assert.Single(changes.KnownIds);
        Assert.Empty(book.Candles());
    }

    [Fact]
    public void Apply_Aggregate_CountsItsTradesAndKeepsTheOuterIds()
    {
        var driver = new BookDriver(Some.Aggregated, Some.KeepAll);

        driver.Batch(Some.Aggregate(51, 104, 109, 10, price: 30), Some.Aggregate(50, 101, 103, 10, price: 20), Some.Watermark(60));

        var candle = driver[Timeframe.OneMinute, 0];
        Assert.Equal(9, candle.TradeCount);
        Assert.Equal((101, 109), (candle.OpenTradeId, candle.CloseTradeId));
        Assert.Equal((20, 30), (candle.Open.Mantissa, candle.Close.Mantissa));
        Assert.Equal(new TradeIdInterval(50, 51, Some.At(10), Some.At(10)), Assert.Single(driver.Book.Seen.Runs));
    }

    [Fact]
    public void Apply_TradeOfTheOtherKind_IsRefusedAndChangesNothing()
    {
        var book = new CandleBook(Some.Instrument, new CandleBookOptions());

        Assert.Throws<ArgumentException>(() => book.Apply(LogPosition.Create(1, 0), Some.Aggregate(1, 1, 2, 10), new BookChanges()));

        Assert.Equal(LogPosition.None, book.Position);
        Assert.Equal(0, book.Seen.Count);
    }

    [Fact]
    public void Apply_TradeThatStandsForNone_IsRefused()
    {
        var book = new CandleBook(Some.Aggregated, new CandleBookOptions());

        Assert.Throws<ArgumentException>(() => book.Apply(LogPosition.Create(1, 0), Some.Aggregate(1, 5, 4, 10), new BookChanges()));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public void Apply_PositionNotAbove_IsRefused(long offset)
    {
        var book = new CandleBook(Some.Instrument, new CandleBookOptions());
        book.Apply(LogPosition.Create(1, 5), Some.Trade(1, 10), new BookChanges());

        Assert.Throws<ArgumentException>(() => book.Apply(LogPosition.Create(1, offset), Some.Trade(2, 10), new BookChanges()));

        Assert.Equal(1, book.Candles()[0].TradeCount);
    }

    [Fact]
    public void Apply_UnknownRecord_IsRefusedAndChangesNothing()
    {
        var book = new CandleBook(Some.Instrument, new CandleBookOptions());

        Assert.Throws<ArgumentException>(() => book.Apply(LogPosition.Create(1, 0), default, new BookChanges()));

        Assert.Equal(LogPosition.None, book.Position);
    }

    [Fact]
    public void Apply_SumBeyond128Bits_Throws()
    {
        var book = new CandleBook(Some.Instrument, new CandleBookOptions());
        book.Apply(LogPosition.Create(1, 0), Some.Trade(1, 10, long.MaxValue, long.MaxValue), new BookChanges());
        book.Apply(LogPosition.Create(1, 1), Some.Trade(2, 10, long.MaxValue, long.MaxValue), new BookChanges());

        Assert.Throws<OverflowException>(() => book.Apply(LogPosition.Create(1, 2), Some.Trade(3, 10, long.MaxValue, long.MaxValue), new BookChanges()));
    }

    [Fact]
    public void Skip_Position_IsTakenOverAlone()
    {
        var book = new CandleBook(Some.Instrument, new CandleBookOptions());

        book.Skip(LogPosition.Create(1, 9));

        Assert.Equal(LogPosition.Create(1, 9), book.Position);
        Assert.Throws<ArgumentException>(() => book.Skip(LogPosition.Create(1, 9)));
    }

    [Fact]
    public void Clone_IsChanged_OriginalStays()
    {
        var driver = new BookDriver().Batch(Some.Trade(1, 10), Some.Watermark(11), Some.GapOpened(1, 2));
        var before = driver.Book.Serialize();
        var copy = driver.Book.Clone();

        copy.Apply(LogPosition.Create(1, 9), Some.Trade(2, 11), new BookChanges());
        copy.Apply(LogPosition.Create(1, 10), Some.Watermark(400), new BookChanges());
        copy.Apply(LogPosition.Create(1, 11), Some.GapClosed(1, 2), new BookChanges());
        copy.Apply(LogPosition.Create(1, 12), Some.Restart(400), new BookChanges());
        copy.TakeChanges(new BookChanges());

        Assert.Equal(before, driver.Book.Serialize());
        Assert.NotEqual(before, copy.Serialize());
    }

    [Fact]
    public void Candles_Order_IsTimeframeThenWindow()
    {
        var driver = new BookDriver().Batch(Some.Trade(9, 4000), Some.Trade(1, 10), Some.Trade(5, 100));

        var keys = driver.Book.Candles().Select(candle => (candle.Timeframe, candle.WindowStart)).ToList();

        Assert.Equal(keys.OrderBy(key => key.Timeframe).ThenBy(key => key.WindowStart), keys);
        Assert.Equal(3, keys.Count(key => key.Timeframe == Timeframe.OneMinute));
    }
}
