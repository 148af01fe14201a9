using K2.Domain.Candles;
using K2.Domain.Log;
using K2.Domain.Tests.Support;

namespace K2.Domain.Tests.Candles;

public sealed class CandleBookClosingTests
{
    [Fact]
    public void TakeChanges_TradeAlone_WritesNoFormingRow()
    {
        var driver = new BookDriver().Batch(Some.Trade(1, 10)).Batch(Some.Trade(2, 11));

        Assert.Empty(driver.Rows);
        Assert.Equal(2, driver.Trades.Count);
    }

    [Fact]
    public void TakeChanges_WatermarkAfterTrade_WritesTheFormingRowsOnce()
    {
        var driver = new BookDriver().Batch(Some.Trade(1, 10)).Batch(Some.Watermark(11));
        Assert.Equal(6, driver.Last.Candles.Count);
        Assert.All(driver.Last.Candles, row => Assert.False(row.Closed));
        Assert.All(driver.Last.Candles, row => Assert.Equal(LogPosition.Create(1, 1), row.Position));

        driver.Batch(Some.Watermark(12));

        Assert.Empty(driver.Last.Candles);
    }

    [Fact]
    public void TakeChanges_WatermarkBeforeTradeInOneBatch_WaitsForTheNextWatermark()
    {
        var driver = new BookDriver().Batch(Some.Watermark(9), Some.Trade(1, 10));
        Assert.Empty(driver.Last.Candles);

        driver.Batch(Some.Watermark(9));

        Assert.Equal(6, driver.Last.Candles.Count);
    }

    [Fact]
    public void TakeChanges_WatermarkAtTheEnd_ClosesTheWindow()
    {
        var driver = new BookDriver().Batch(Some.Trade(1, 10), Some.Watermark(59.999999));
        Assert.False(driver[Timeframe.OneMinute, 0].Closed);

        driver.Batch(Some.Watermark(60));

        var row = Assert.Single(driver.Last.Candles);
        Assert.Equal((Timeframe.OneMinute, true, 0), (row.Timeframe, row.Closed, row.Revision));
        Assert.Empty(driver.Revisions);
    }

    [Fact]
    public void TakeChanges_TradeBeyondTheWindow_ClosesNothing()
    {
        var driver = new BookDriver().Batch(Some.Trade(1, 10)).Batch(Some.Trade(2, 500));

        Assert.Null(driver.Book.Watermark);
        Assert.All(driver.Book.Candles(), candle => Assert.False(candle.Closed));
    }

    [Fact]
    public void Apply_LowerWatermark_LeavesTheHighest()
    {
        var driver = new BookDriver().Batch(Some.Watermark(100)).Batch(Some.Watermark(50));

        Assert.Equal(Some.At(100), driver.Book.Watermark);
    }

    [Fact]
    public void TakeChanges_LateTrade_RaisesTheRevisionAndKeepsEachValue()
    {
        var driver = new BookDriver().Batch(Some.Trade(1, 10, 100), Some.Trade(2, 20, 100), Some.Watermark(60));

        driver.Batch(Some.Trade(3, 30, 500));

        var row = Assert.Single(driver.Last.Candles);
        Assert.Equal((Timeframe.OneMinute, 1, 500), (row.Timeframe, row.Revision, row.Close.Mantissa));
        Assert.Equal(row with { KnownAt = Some.At(60) }, Assert.Single(driver.Last.Revisions));
        Assert.Equal(1, driver.Late);
    }

    [Fact]
    public void TakeChanges_TwoLateTradesInOneBatch_AreTwoRevisionsInOneRow()
    {
        var driver = new BookDriver().Batch(Some.Trade(1, 10), Some.Watermark(60));

        driver.Batch(Some.Trade(3, 30), Some.Trade(4, 31));

        Assert.Equal(2, Assert.Single(driver.Revisions).Revision);
        Assert.Equal(2, driver.Late);
    }

    [Fact]
    public void TakeChanges_LateTradeInTheClosingBatch_IsARevisionAllTheSame()
    {
        var driver = new BookDriver().Batch(Some.Trade(1, 10), Some.Watermark(60), Some.Trade(2, 20));

        Assert.Equal((true, 1, 2L), (driver[Timeframe.OneMinute, 0].Closed, driver[Timeframe.OneMinute, 0].Revision, driver[Timeframe.OneMinute, 0].TradeCount));
        Assert.Equal(0, driver.Book.Candles().Single(candle => candle.Timeframe == Timeframe.OneHour).Revision);
    }

    [Fact]
    public void TakeChanges_FirstTradeOfAPassedWindow_AppearsClosedWithRevisionOne()
    {
        var driver = new BookDriver().Batch(Some.Watermark(90)).Batch(Some.Trade(1, 10));

        var row = Assert.Single(driver.Last.Candles);
        Assert.Equal((true, 1), (row.Closed, row.Revision));
        Assert.Single(driver.Last.Revisions);
    }

    [Fact]
    public void TakeChanges_LateTradeOfFormingHour_RevisesOnlyWhatIsClosed()
    {
        var driver = new BookDriver().Batch(Some.Trade(1, 10), Some.Trade(2, 320), Some.Watermark(320)).Batch(Some.Trade(3, 20));

        Assert.Equal([Timeframe.OneMinute, Timeframe.FiveMinutes], driver.Last.Revisions.Select(row => row.Timeframe));
        Assert.Equal(1, driver.Late);
    }

    [Fact]
    public void Serialize_DirtyForming_IsWrittenAfterTheRestart()
    {
        var driver = new BookDriver().Batch(Some.Trade(1, 10));
        var book = CandleBook.Deserialize(Some.Instrument, driver.Book.Serialize(), Some.KeepAll);
        var changes = new BookChanges();

        book.Apply(LogPosition.Create(1, 1), Some.Watermark(11), changes);
        book.TakeChanges(changes);

        Assert.Equal(6, changes.Candles.Count);
    }

    [Fact]
    public void Clear_Changes_AreEmpty()
    {
        var driver = new BookDriver().Batch(Some.Trade(1, 10), Some.Trade(1, 10), Some.Watermark(60), Some.Trade(2, 10));
        var changes = driver.Last;
        Assert.NotEmpty(changes.Candles);

        changes.Clear();

        Assert.Equal((0, 0, 0, 0, 0L), (changes.NewTrades.Count, changes.KnownIds.Count, changes.Candles.Count, changes.Revisions.Count, changes.Late));
    }
}
