using K2.Domain.Candles;
using K2.Domain.Log;
using K2.Domain.Tests.Support;

namespace K2.Domain.Tests.Candles;

public sealed class CandleBookCompletenessTests
{
    private static readonly LogRecord[] TwoMinutes = [Some.Trade(1, 59), Some.Trade(2, 70), Some.Trade(3, 119), Some.Trade(4, 121)];

    [Fact]
    public void Complete_RunFromBeforeToBehindTheWindow_IsYes()
    {
        var driver = new BookDriver().Batch([.. TwoMinutes, Some.Watermark(121)]);

        Assert.Equal(Completeness.Yes, driver[Timeframe.OneMinute, 60].Complete);
    }

    [Fact]
    public void Complete_FeedBeganInsideTheWindow_IsNo()
    {
        var driver = new BookDriver().Batch([.. TwoMinutes, Some.Watermark(121)]);

        Assert.Equal(Completeness.No, driver[Timeframe.OneMinute, 0].Complete);
        Assert.Equal(Completeness.No, driver[Timeframe.OneHour, 0].Complete);
    }

    [Fact]
    public void Complete_FirstTradeExactlyAtTheStart_IsNo()
    {
        var driver = new BookDriver().Batch(Some.Trade(1, 60), Some.Trade(2, 121), Some.Watermark(121));

        Assert.Equal(Completeness.No, driver[Timeframe.OneMinute, 60].Complete);
    }

    [Fact]
    public void Complete_NothingAtOrBehindTheEnd_IsUnknownAlsoWhenClosed()
    {
        var driver = new BookDriver().Batch(Some.Trade(1, 59), Some.Trade(2, 70), Some.Watermark(300));

        var row = driver[Timeframe.OneMinute, 60];
        Assert.Equal((true, Completeness.Unknown), (row.Closed, row.Complete));
    }

    [Fact]
    public void Complete_TradeExactlyAtTheEnd_IsYes()
    {
        var driver = new BookDriver().Batch(Some.Trade(1, 59), Some.Trade(2, 70), Some.Trade(3, 120), Some.Watermark(120));

        Assert.Equal(Completeness.Yes, driver[Timeframe.OneMinute, 60].Complete);
    }

    [Theory]
    [InlineData(119, Completeness.Unknown)]
    [InlineData(120, Completeness.Yes)]
    public void Complete_HeartbeatOnTheLastId_ProvesUpToItsTime(double second, Completeness expected)
    {
        var driver = new BookDriver().Batch(Some.Trade(1, 59), Some.Trade(2, 70), Some.Watermark(120)).Batch(Some.Watermark(second, lastId: 2));

        Assert.Equal(expected, driver[Timeframe.OneMinute, 60].Complete);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Complete_HeartbeatOnAnotherId_ProvesNothing(long lastId)
    {
        var driver = new BookDriver().Batch(Some.Trade(1, 59), Some.Trade(2, 70), Some.Watermark(130, lastId));

        Assert.Equal(Completeness.Unknown, driver[Timeframe.OneMinute, 60].Complete);
    }

    [Fact]
    public void Complete_HoleInTheIds_IsNoInEveryWindowItTouches()
    {
        var driver = new BookDriver().Batch(Some.Trade(1, 59), Some.Trade(2, 61), Some.Trade(4, 190), Some.Trade(5, 241), Some.Watermark(241));

        Assert.Equal(Completeness.No, driver[Timeframe.OneMinute, 60].Complete);
        Assert.Equal(Completeness.No, driver[Timeframe.OneMinute, 180].Complete);
    }

    [Fact]
    public void Complete_HoleFilled_WritesTheRowsAgainWithoutRevision()
    {
        var driver = new BookDriver().Batch(Some.Trade(1, 59), Some.Trade(2, 61), Some.Trade(4, 190), Some.Trade(5, 241), Some.Watermark(241));

        driver.Batch(Some.Trade(3, 130));

        Assert.Equal([60, 120, 180], driver.Last.Candles.Where(row => row.Timeframe == Timeframe.OneMinute).Select(row => (int)row.WindowStart.Since(Some.Midnight).TotalSeconds));
        Assert.All(driver.Last.Candles, row => Assert.Equal(Completeness.Yes, row.Timeframe == Timeframe.OneMinute ? row.Complete : Completeness.Yes));
        Assert.Equal((0, 1, 0), (driver[Timeframe.OneMinute, 60].Revision, driver[Timeframe.OneMinute, 120].Revision, driver[Timeframe.OneMinute, 180].Revision));
        Assert.Single(driver.Last.Revisions);
    }

    [Fact]
    public void Complete_BackfillBelowTheFirstId_CompletesTheFirstWindow()
    {
        var driver = new BookDriver().Batch(Some.Trade(10, 70), Some.Trade(11, 130), Some.Watermark(130));
        Assert.Equal(Completeness.No, driver[Timeframe.OneMinute, 60].Complete);

        driver.Batch(Some.Trade(9, 50));

        Assert.Equal(Completeness.Yes, driver[Timeframe.OneMinute, 60].Complete);
    }

    [Fact]
    public void Complete_OpenGapOverTheWindow_IsNoUntilItCloses()
    {
        var driver = new BookDriver().Batch([.. TwoMinutes, Some.Watermark(121)]);

        driver.Batch(Some.GapOpened(100, 110));
        var opened = driver[Timeframe.OneMinute, 60];
        driver.Batch(Some.GapClosed(101, 110));
        var stillOpen = driver[Timeframe.OneMinute, 60];
        driver.Batch(Some.GapClosed(100, 110));

        Assert.Equal((Completeness.No, Completeness.No, Completeness.Yes), (opened.Complete, stillOpen.Complete, driver[Timeframe.OneMinute, 60].Complete));
        Assert.Equal(0, driver[Timeframe.OneMinute, 60].Revision);
        Assert.Empty(driver.Revisions);
    }

    [Theory]
    [InlineData(50, 60)]
    [InlineData(120, 130)]
    public void Complete_GapThatOnlyTouchesTheWindow_ChangesNothing(double from, double until)
    {
        var driver = new BookDriver().Batch([.. TwoMinutes, Some.Watermark(121), Some.GapOpened(from, until)]);

        Assert.Equal(Completeness.Yes, driver[Timeframe.OneMinute, 60].Complete);
    }

    [Fact]
    public void Complete_GapReportedTwice_IsClosedOnce()
    {
        var driver = new BookDriver().Batch([.. TwoMinutes, Some.GapOpened(100, 110), Some.GapOpened(100, 110), Some.GapClosed(100, 110), Some.Watermark(121)]);

        Assert.Equal(Completeness.Yes, driver[Timeframe.OneMinute, 60].Complete);
    }

    [Fact]
    public void Complete_GapOverFormingCandle_IsWrittenWithTheNextWatermark()
    {
        var driver = new BookDriver().Batch(Some.Trade(1, 59), Some.Trade(2, 61), Some.Watermark(62)).Batch(Some.GapOpened(62, 63));
        Assert.Empty(driver.Last.Candles);

        driver.Batch(Some.Watermark(64));

        Assert.Contains(driver.Last.Candles, row => row is { Timeframe: Timeframe.OneMinute, Complete: Completeness.No, Closed: false });
    }

    [Fact]
    public void Complete_RestartOfIds_IsNoWhereItHappenedAndYesBefore()
    {
        var driver = new BookDriver().Batch([.. TwoMinutes, Some.Watermark(121)]);

        driver.Batch(Some.Restart(150), Some.Trade(1, 155, epoch: 1), Some.Trade(2, 190, epoch: 1), Some.Trade(3, 241, epoch: 1), Some.Watermark(241));

        Assert.Equal(Completeness.Yes, driver[Timeframe.OneMinute, 60].Complete);
        Assert.Equal(Completeness.No, driver[Timeframe.OneMinute, 120].Complete);
        Assert.Equal(Completeness.Yes, driver[Timeframe.OneMinute, 180].Complete);
        Assert.Equal(2, driver[Timeframe.OneMinute, 120].TradeCount);
    }
}
