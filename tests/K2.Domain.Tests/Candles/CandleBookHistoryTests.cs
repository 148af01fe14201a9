using CsCheck;
using K2.Domain.Candles;
using K2.Domain.Log;
using K2.Domain.Tests.Support;

namespace K2.Domain.Tests.Candles;

/// <summary>The history of closed candles: what could be known when, as a function of the log.</summary>
public sealed class CandleBookHistoryTests
{
    [Fact]
    public void Closings_OfOneLargeBatch_StandAtTheRecordsThatClosedThem()
    {
        var driver = new BookDriver().Batch(Some.Trade(1, 10), Some.Watermark(60), Some.Trade(2, 70), Some.Watermark(130), Some.Trade(3, 600), Some.Watermark(601));

        var minutes = driver.Closings.Where(row => row.Timeframe == Timeframe.OneMinute).Select(row => (row.WindowStart, row.Position.Offset, row.KnownAt, row.TradeCount));
        Assert.Equal([(Some.At(0), 1L, Some.At(60), 1L), (Some.At(60), 3L, Some.At(130), 1L)], minutes);
        Assert.Equal((5L, Some.At(601)), Assert.Single(driver.Closings, row => row.Timeframe == Timeframe.FiveMinutes) is var five ? (five.Position.Offset, five.KnownAt!.Value) : default);
    }

    [Fact]
    public void Revisions_OfOneLargeBatch_AreOneRowBetweenTwoWatermarks()
    {
        var driver = new BookDriver().Batch(Some.Trade(1, 10), Some.Watermark(60), Some.Trade(3, 30), Some.Trade(4, 31), Some.Watermark(61), Some.Trade(5, 32), Some.Watermark(62));

        Assert.Equal([(2, 3L, Some.At(60)), (3, 5L, Some.At(61))], driver.Revisions.Select(row => (row.Revision, row.Position.Offset, row.KnownAt!.Value)));
    }

    [Fact]
    public void Judgement_OfAClosedCandle_IsInTheHistoryAndNoRevision()
    {
        var driver = new BookDriver().Batch(Some.Trade(1, 10), Some.Trade(2, 70), Some.Watermark(120)).Batch(Some.Trade(3, 130), Some.Watermark(131));

        var second = driver.History.Where(row => row.Timeframe == Timeframe.OneMinute && row.WindowStart == Some.At(60)).Select(row => (row.Revision, row.Complete));
        Assert.Equal([(0, Completeness.Unknown), (0, Completeness.Yes)], second);
        Assert.Empty(driver.Revisions);
    }

    [Fact]
    public void History_AnyCut_HasTheClosingsOfOnePassAndEndsWithTheSameRows() =>
        Gen.Select(Feeds.Logs(maxRestarts: 1), Gen.Int, Gen.Int[1, 20]).Sample(
            (log, seed, size) =>
            {
                var whole = Run(Feeds.Cut(log, new Random(seed), int.MaxValue - 1));
                var cut = Run(Feeds.Cut(log, new Random(seed), size));

                Assert.Equal(whole.Closings, cut.Closings);
                Assert.Equal(LatestOf(whole), LatestOf(cut));
                Assert.Equal(cut.Final().Where(row => row.Closed), LatestOf(cut));
                Assert.All(cut.History.GroupBy(row => (row.Timeframe, row.WindowStart)), of => Assert.Equal(of.OrderBy(row => row.Position).Select(row => row.Revision), of.Select(row => row.Revision).Order()));
                Assert.Equal(cut.History.Count, cut.History.DistinctBy(row => (row.Timeframe, row.WindowStart, row.Position)).Count());
                Assert.All(cut.History, row => Assert.True(row.KnownAt >= row.WindowEnd));
            },
            iter: 200);

    [Theory]
    [InlineData(29, false)]
    [InlineData(30, false)]
    [InlineData(31, true)]
    public void Trade_DaysBehindTheWatermark_IsTakenUpToTheHorizon(int days, bool isBeyond)
    {
        var driver = new BookDriver().Batch(Some.Trade(9, 40 * 86_400), Some.Watermark((40 * 86_400) + 5)).Batch(Some.Trade(1, (40 - days) * 86_400));

        Assert.Equal(isBeyond ? 1 : 0, driver.Beyond.Count);
        Assert.Equal(isBeyond ? 1 : 2, driver.Trades.Count);
        Assert.Equal(!isBeyond, driver.Book.Seen.Contains(1));
    }

    [Fact]
    public void Trade_BeyondTheHorizonButSeen_IsARepeat()
    {
        var driver = new BookDriver().Batch(Some.Trade(1, 5)).Batch(Some.Trade(9, 40 * 86_400), Some.Watermark(40 * 86_400)).Batch(Some.Trade(1, 5));

        Assert.Empty(driver.Beyond);
        Assert.Single(driver.Known);
    }

    private static IEnumerable<Candle> LatestOf(BookDriver driver) =>
        driver.History.GroupBy(row => (row.Timeframe, row.WindowStart)).Select(of => of.MaxBy(row => row.Position)! with { Position = LogPosition.None, KnownAt = null }).OrderBy(row => row.Timeframe).ThenBy(row => row.WindowStart);

    private static BookDriver Run(IEnumerable<List<LogRecord>> batches)
    {
        var driver = new BookDriver();
        foreach (var batch in batches) driver.Batch(batch);
        return driver;
    }
}
