using K2.Domain.Candles;
using K2.Domain.Log;
using K2.Domain.Tests.Support;

namespace K2.Domain.Tests.Candles;

public sealed class CandleBookMemoryTests
{
    private static readonly CandleBookOptions Small = new() { RetainClosed = TimeSpan.FromSeconds(30), MaxIntervals = 2 };

    [Fact]
    public void Options_Defaults_AreAsDocumented()
    {
        var options = new CandleBookOptions();

        Assert.Equal((TimeSpan.FromMinutes(5), 64, 4096), (options.RetainClosed, options.MaxRetainedPerTimeframe, options.MaxIntervals));
    }

    [Fact]
    public void Options_OutOfRange_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => new CandleBook(Some.Instrument, new CandleBookOptions { RetainClosed = TimeSpan.FromTicks(-1) }));
        Assert.Throws<ArgumentException>(() => new CandleBook(Some.Instrument, new CandleBookOptions { MaxRetainedPerTimeframe = -1 }));
        Assert.Throws<ArgumentException>(() => new CandleBook(Some.Instrument, new CandleBookOptions { MaxIntervals = 0 }));
        Assert.Throws<ArgumentException>(() => new CandleBook(Some.Instrument, new CandleBookOptions { SilverRetention = TimeSpan.FromHours(23) }));
    }

    [Theory]
    [InlineData(209.999999, true)]
    [InlineData(210, false)]
    public void TakeChanges_ClosedCandle_LeavesMemoryBehindTheRetention(double watermark, bool isKept)
    {
        var driver = new BookDriver(Some.Instrument, Small).Batch(Some.Trade(1, 100), Some.Trade(2, 130), Some.Trade(3, 185), Some.Watermark(watermark));

        Assert.Equal(isKept, driver.Book.Candles().Any(candle => candle.Timeframe == Timeframe.OneMinute && candle.WindowStart == Some.At(120)));
        Assert.Equal(Completeness.Yes, driver[Timeframe.OneMinute, 120].Complete);
    }

    [Fact]
    public void TakeChanges_CompletenessUnknown_StaysUpToTheLimit()
    {
        var options = Small with { MaxRetainedPerTimeframe = 1 };
        var driver = new BookDriver(Some.Instrument, options).Batch(Some.Trade(1, 10), Some.Trade(2, 70), Some.Watermark(7000));

        Assert.Equal([Some.At(60)], driver.Book.Candles().Where(candle => candle.Timeframe == Timeframe.OneMinute).Select(candle => candle.WindowStart));

        driver.Batch(Some.Trade(3, 6999), Some.Watermark(7001));

        Assert.DoesNotContain(driver.Book.Candles(), candle => candle.WindowStart == Some.At(60));
        Assert.Equal(Completeness.Yes, driver[Timeframe.OneMinute, 60].Complete);
    }

    [Fact]
    public void CollectMissingWindows_GapClosedByIdsWithOtherTimes_JudgesEvictedWindowsUnderTheOpenGapAgain()
    {
        var driver = new BookDriver(Some.Instrument, Small)
            .Batch(Some.Trade(1, 50), Some.Trade(2, 70), Some.Trade(3, 130), Some.Watermark(200))
            .Batch(LogRecord.OfGapOpened(Some.At(60), Some.At(120), 5, 6), Some.Trade(4, 500), Some.Watermark(500));
        Assert.Equal(Completeness.No, driver[Timeframe.OneMinute, 60].Complete);
        Assert.DoesNotContain(driver.Book.Candles(), candle => candle.Timeframe == Timeframe.OneMinute && candle.WindowStart == Some.At(60));

        driver.Batch(LogRecord.OfGapClosed(Some.At(400), Some.At(500), 5, 8));

        Assert.Equal(Completeness.Yes, driver[Timeframe.OneMinute, 60].Complete);
        Assert.Equal(Completeness.Yes, driver.History.Last(row => row.Timeframe == Timeframe.OneMinute && row.WindowStart == Some.At(60)).Complete);
    }

    [Fact]
    public void CollectMissingWindows_LateTrade_NamesTheEvictedWindowsOnce()
    {
        var driver = new BookDriver(Some.Instrument, Small).Batch(Some.Trade(1, 50), Some.Trade(2, 70), Some.Trade(4, 500), Some.Watermark(500));
        var missing = new List<CandleWindow>();

        driver.Book.CollectMissingWindows(Some.Trade(3, 71), missing);
        driver.Book.CollectMissingWindows(Some.Trade(3, 71), missing);

        Assert.Equal([Some.Window(Timeframe.OneMinute, 60), Some.Window(Timeframe.FiveMinutes, 0)], missing);
    }

    [Fact]
    public void CollectMissingWindows_KnownTrade_NamesNothing()
    {
        var driver = new BookDriver(Some.Instrument, Small).Batch(Some.Trade(1, 50), Some.Trade(2, 70), Some.Trade(4, 500), Some.Watermark(500));
        var missing = new List<CandleWindow>();

        driver.Book.CollectMissingWindows(Some.Trade(2, 70), missing);

        Assert.Empty(missing);
    }

    [Fact]
    public void CollectMissingWindows_IdInAHole_NamesTheWindowsAtItsEdges()
    {
        var driver = new BookDriver(Some.Instrument, Small).Batch(Some.Trade(1, 50), Some.Trade(2, 70), Some.Trade(4, 500), Some.Trade(5, 541), Some.Watermark(700));
        var missing = new HashSet<CandleWindow>();

        driver.Book.CollectMissingWindows(Some.Trade(3, 300), missing);

        Assert.Contains(Some.Window(Timeframe.OneMinute, 60), missing);
        Assert.Contains(Some.Window(Timeframe.OneMinute, 300), missing);
        Assert.Contains(Some.Window(Timeframe.OneMinute, 480), missing);
        Assert.DoesNotContain(Some.Window(Timeframe.OneMinute, 540), missing);
    }

    [Fact]
    public void CollectMissingWindows_Gap_NamesEveryWindowItOverlaps()
    {
        var driver = new BookDriver(Some.Instrument, Small).Batch(Some.Trade(1, 50), Some.Watermark(5000));
        var missing = new HashSet<CandleWindow>();

        driver.Book.CollectMissingWindows(Some.GapOpened(60, 300), missing);

        Assert.Equal([60, 120, 180, 240], missing.Where(window => window.Timeframe == Timeframe.OneMinute).Select(window => (int)window.Start.Since(Some.Midnight).TotalSeconds).Order());
        Assert.Equal([Some.Window(Timeframe.FiveMinutes, 0)], missing.Where(window => window.Timeframe == Timeframe.FiveMinutes));
    }

    [Fact]
    public void CollectMissingWindows_GapOfYears_IsBounded()
    {
        var driver = new BookDriver(Some.Instrument, Small).Batch(Some.Watermark(0));
        var missing = new HashSet<CandleWindow>();

        driver.Book.CollectMissingWindows(LogRecord.OfGapOpened(new Timestamp(0), Some.Midnight), missing);

        Assert.InRange(missing.Count(window => window.Timeframe == Timeframe.OneMinute), 1000, MissingWindows.MaxGapWindows);
        Assert.Contains(Some.Window(Timeframe.OneMinute, -120), missing);
    }

    [Fact]
    public void Restore_LateTrade_ContinuesValuesAndRevision()
    {
        var driver = new BookDriver(Some.Instrument, Small).Batch(Some.Trade(1, 70, 100), Some.Trade(4, 500), Some.Watermark(500)).Batch(Some.Trade(2, 71, 90)).Batch(Some.Trade(3, 72, 80));

        var row = driver[Timeframe.OneMinute, 60];

        Assert.Equal((100, 80, 2, 3L), (row.Open.Mantissa, row.Close.Mantissa, row.Revision, row.TradeCount));
        Assert.True(driver.Rebuilt > 0);
    }

    [Fact]
    public void Restore_Untouched_WritesNothing()
    {
        var driver = new BookDriver(Some.Instrument, Small).Batch(Some.Trade(1, 50), Some.Trade(2, 70), Some.Trade(3, 500), Some.Watermark(500));
        var book = driver.Book;
        book.Restore(driver[Timeframe.OneMinute, 60] with { Closed = false, Complete = Completeness.Unknown });

        var restored = book.Candles().Single(candle => candle.WindowStart == Some.At(60));
        var changes = new BookChanges();
        book.TakeChanges(changes);

        Assert.Equal((true, Completeness.Yes), (restored.Closed, restored.Complete));
        Assert.Empty(changes.Candles);
        Assert.DoesNotContain(book.Candles(), candle => candle.WindowStart == Some.At(60));
    }

    [Fact]
    public void Restore_WindowInMemory_IsLeftAsItIs()
    {
        var driver = new BookDriver().Batch(Some.Trade(1, 70, 100), Some.Watermark(71));

        driver.Book.Restore(driver[Timeframe.OneMinute, 60] with { TradeCount = 99 });

        Assert.Equal(1, driver.Book.Candles()[0].TradeCount);
    }

    [Fact]
    public void RestoreEmpty_WithinTheBatch_IsNotAskedAgain()
    {
        var book = new BookDriver(Some.Instrument, Small).Batch(Some.Watermark(500)).Book;
        var missing = new HashSet<CandleWindow>();
        book.CollectMissingWindows(Some.Trade(1, 71), missing);
        Assert.Equal(2, missing.Count);

        foreach (var window in missing) book.RestoreEmpty(window);
        missing.Clear();
        book.Clone().CollectMissingWindows(Some.Trade(1, 71), missing);
        Assert.Empty(missing);
        book.TakeChanges(new BookChanges());
        book.CollectMissingWindows(Some.Trade(1, 71), missing);

        Assert.Equal(2, missing.Count);
    }

    [Fact]
    public void MustLookUp_BelowForgottenHoles_AsksTheWarehouse()
    {
        var driver = new BookDriver(Some.Instrument, Small).Batch(Some.Trade(1, 10), Some.Trade(3, 11), Some.Trade(5, 12), Some.Trade(7, 13));

        Assert.Equal(2, driver.Book.Seen.Count);
        Assert.Equal(5, driver.Book.Seen.Floor);
        Assert.True(driver.Book.MustLookUp(Some.TradeOf(4, 11)));
        Assert.False(driver.Book.MustLookUp(Some.TradeOf(6, 11)));

        driver.Batch(Some.Trade(3, 11), Some.Trade(4, 11), Some.Trade(4, 11));

        Assert.Equal(5, driver.Trades.Count);
        Assert.Equal([3, 4], driver.Known.Select(known => known.Trade.TradeId));
        Assert.Equal(5, driver.Book.Candles()[0].TradeCount);
    }

    [Fact]
    public void MustLookUp_HolesForgottenWithinTheBatch_AnswerStaysTrueToTheEnd()
    {
        var driver = new BookDriver(Some.Instrument, Small).Batch(Some.Trade(1, 10));

        driver.Batch(Some.Trade(3, 11), Some.Trade(5, 12), Some.Trade(7, 13), Some.Trade(9, 14), Some.Trade(1, 10), Some.Trade(3, 11));

        Assert.Equal(0, driver.LookedUp);
        Assert.Equal(5, driver.Book.Candles()[0].TradeCount);
        Assert.Equal(2, driver.Known.Count);
    }

    [Fact]
    public void Apply_LateTradeOfTheEpochBefore_IsKnownById()
    {
        var driver = new BookDriver().Batch(Some.Trade(1, 10), Some.Trade(2, 11)).Batch(Some.Restart(20), Some.Trade(1, 21, epoch: 1));

        driver.Batch(Some.Trade(2, 11), Some.Trade(3, 12), Some.Trade(3, 12));

        Assert.Equal((1, 0), (driver.Book.IdEpoch, driver.LookedUp));
        Assert.Equal(4, driver.Trades.Count);
        Assert.Equal(2, driver.Known.Count);
        Assert.Equal(4, driver.Book.Candles()[0].TradeCount);
    }

    [Fact]
    public void Apply_TradeOfAnEpochLongAgo_IsLookedUp()
    {
        var driver = new BookDriver().Batch(Some.Trade(1, 10), Some.Restart(20), Some.Trade(1, 21, epoch: 1), Some.Restart(22), Some.Trade(1, 23, epoch: 2), Some.Trade(1, 10));
        Assert.Equal(3, driver.Trades.Count);

        driver.Batch(Some.Trade(1, 10), Some.Trade(2, 11), Some.Trade(2, 11));

        Assert.Equal(2, driver.LookedUp);
        Assert.Equal(4, driver.Trades.Count);
    }

    [Fact]
    public void Apply_TradeOfAHigherEpochWithoutItsRestart_RaisesTheEpoch()
    {
        var driver = new BookDriver().Batch(Some.Trade(1, 10)).Batch(Some.Trade(1, 20, epoch: 1));

        Assert.Equal(1, driver.Book.IdEpoch);
        Assert.Equal(2, driver.Trades.Count);
        Assert.Empty(driver.Known);
    }

    [Fact]
    public void TakeChanges_ProofForgotten_StaysProven()
    {
        var driver = new BookDriver(Some.Instrument, Small with { RetainClosed = TimeSpan.FromHours(1) }).Batch(Some.Trade(1, 50), Some.Trade(2, 70), Some.Trade(3, 121), Some.Watermark(121));

        driver.Batch(Some.Trade(5, 130), Some.Trade(7, 131), Some.Trade(9, 132), Some.Watermark(133)).Batch(Some.Watermark(134));

        Assert.Equal(7, driver.Book.Seen.Floor);
        Assert.Equal(Completeness.Yes, driver.Book.Candles().Single(candle => candle.Timeframe == Timeframe.OneMinute && candle.WindowStart == Some.At(60)).Complete);
    }

    [Fact]
    public void TakeChanges_ProofForgottenAndRestored_IsNotClaimed()
    {
        var driver = new BookDriver(Some.Instrument, Small).Batch(Some.Trade(1, 50), Some.Trade(2, 70), Some.Trade(3, 121), Some.Trade(5, 630), Some.Trade(7, 631), Some.Trade(9, 632), Some.Watermark(633));

        driver.Batch(Some.Trade(4, 119));

        Assert.Equal((Completeness.No, 1), (driver[Timeframe.OneMinute, 60].Complete, driver[Timeframe.OneMinute, 60].Revision));
    }

    [Fact]
    public void CollectMissingWindows_FirstTradeOfAnEpoch_NamesTheLastWindowsOfTheOneBefore()
    {
        var options = Small with { MaxRetainedPerTimeframe = 0 };
        var driver = new BookDriver(Some.Instrument, options).Batch(Some.Trade(1, 50), Some.Trade(2, 70), Some.Watermark(5000));
        Assert.Equal(Completeness.Unknown, driver[Timeframe.OneMinute, 60].Complete);

        driver.Batch(Some.Restart(5000), Some.Trade(1, 5001, epoch: 1));

        Assert.Equal((Completeness.No, 0), (driver[Timeframe.OneMinute, 60].Complete, driver[Timeframe.OneMinute, 60].Revision));
    }

    [Fact]
    public void Apply_SameBookAfterEviction_OpensTheWindowAnew()
    {
        var book = new CandleBook(Some.Instrument, Small);
        var changes = new BookChanges();
        book.Apply(LogPosition.Create(1, 0), Some.Trade(1, 70), changes);
        book.Apply(LogPosition.Create(1, 1), Some.Watermark(500, lastId: 1), changes);
        book.TakeChanges(changes);
        changes.Clear();

        book.Apply(LogPosition.Create(1, 2), Some.Trade(2, 71), changes);
        book.TakeChanges(changes);

        Assert.Contains(changes.Candles, row => row is { Timeframe: Timeframe.OneMinute, TradeCount: 1 });
    }

    [Fact]
    public void Clone_WithinTheBatch_KnowsWhatWasLookedUp()
    {
        var book = new BookDriver(Some.Instrument, Small).Batch(Some.Trade(1, 10), Some.Trade(3, 11), Some.Trade(5, 12), Some.Trade(7, 13)).Book;
        var changes = new BookChanges();
        book.Apply(LogPosition.Create(1, 10), Some.Trade(2, 11), changes);

        book.Clone().Apply(LogPosition.Create(1, 11), Some.Trade(2, 11), changes);

        Assert.Equal((1, 1), (changes.NewTrades.Count, changes.KnownIds.Count));
    }

    [Fact]
    public void CollectMissingWindows_RetentionRaisedSinceTheEviction_StillNamesTheWindow()
    {
        var state = new BookDriver(Some.Instrument, Small).Batch(Some.Trade(1, 50), Some.Trade(2, 70), Some.Trade(4, 170), Some.Watermark(200)).Book.Serialize();
        var book = CandleBook.Deserialize(Some.Instrument, state, Some.KeepAll);
        var missing = new HashSet<CandleWindow>();

        book.Clone().CollectMissingWindows(Some.Trade(3, 71), missing);

        Assert.Contains(Some.Window(Timeframe.OneMinute, 60), missing);
    }
}
