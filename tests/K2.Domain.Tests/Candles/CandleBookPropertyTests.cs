using CsCheck;
using K2.Domain.Candles;
using K2.Domain.Log;
using K2.Domain.Tests.Support;
using K2.Domain.Trades;

namespace K2.Domain.Tests.Candles;

/// <summary>What holds for every feed. A failing sample prints the seed that repeats it.</summary>
public sealed class CandleBookPropertyTests
{
    private const int Samples = 400;

    private static readonly Timeframe[] Hourly = [Timeframe.OneMinute, Timeframe.FiveMinutes, Timeframe.FifteenMinutes, Timeframe.ThirtyMinutes, Timeframe.OneHour];

    [Fact]
    public void Values_AnyFeed_EqualThePlainComputation() =>
        Feeds.Logs(maxRestarts: 0).Sample(
            log =>
            {
                var driver = new BookDriver().Batch(log);
                var trades = log.Where(record => record.Kind == RecordKind.Trade).Select(record => record.Trade).DistinctBy(trade => trade.TradeId).ToList();

                Assert.Equal(PlainCandles.All(Some.Instrument, trades), driver.Final().Select(row => row.Values()));
            },
            iter: Samples);

    [Fact]
    public void Volume_AnyFeed_IsConservedInEveryTimeframe() =>
        Feeds.Logs(maxRestarts: 3).Sample(
            log =>
            {
                var driver = new BookDriver().Batch(log);
                var trades = log.Where(record => record.Kind == RecordKind.Trade).Select(record => record.Trade).DistinctBy(trade => (trade.IdEpoch, trade.TradeId)).ToList();

                foreach (var timeframe in driver.Final().GroupBy(row => row.Timeframe))
                {
                    Assert.Equal(trades.Sum(trade => trade.Quantity.Mantissa), (long)timeframe.Aggregate((Int128)0, (sum, row) => sum + row.Volume));
                    Assert.Equal(trades.Sum(trade => trade.Quantity.Mantissa * trade.Price.Mantissa), (long)timeframe.Aggregate((Int128)0, (sum, row) => sum + row.QuoteVolume));
                    Assert.Equal(trades.Count, timeframe.Sum(row => row.TradeCount));
                }
            },
            iter: Samples);

    [Fact]
    public void ArrivalOrder_AnyShuffle_ChangesNoColumn() =>
        Gen.Select(Feeds.Trades(), Gen.Int).Sample(
            (trades, seed) =>
            {
                var shuffled = trades.ToArray();
                new Random(seed).Shuffle(shuffled);

                Assert.Equal(Ended(trades).Final(), Ended(shuffled).Final());
            },
            iter: Samples);

    [Fact]
    public void AppliedTwice_AnyFeed_IsAppliedOnce() =>
        Gen.Select(Feeds.Trades(), Gen.Int).Sample(
            (trades, seed) =>
            {
                var twice = trades.Concat(trades).ToArray();
                new Random(seed).Shuffle(twice);
                var driver = Ended(twice);

                Assert.Equal(Ended(trades).Final(), driver.Final());
                Assert.Equal(trades.Count, driver.Known.Count);
            },
            iter: Samples);

    [Fact]
    public void AppliedTwice_AfterClosing_RevisesNothing() =>
        Feeds.Trades().Sample(
            trades =>
            {
                var driver = Ended(trades);
                var before = driver.Final();

                driver.Batch([.. trades.Select(trade => LogRecord.OfTrade(trade))]).Batch(Some.Watermark(1_000_000));

                Assert.Equal(before, driver.Final());
                Assert.Empty(driver.Revisions);
            },
            iter: Samples);

    [Fact]
    public void RollUp_ShorterCandles_AddUpToTheLonger() =>
        Feeds.Trades(maxStepSeconds: 400, max: 300).Sample(
            trades =>
            {
                var rows = Ended(trades).Final();
                foreach (var (small, large) in Hourly.SelectMany(small => Timeframes.All.Where(large => large > small).Select(large => (small, large))))
                {
                    var rolled = rows.Where(row => row.Timeframe == small).GroupBy(row => large.WindowStart(row.WindowStart)).Select(group => RollUp(large, group.Key, [.. group]));
                    Assert.Equal(rolled, rows.Where(row => row.Timeframe == large).Select(row => row.Values()));
                }
            },
            iter: Samples / 4);

    [Fact]
    public void Prices_AnyFeed_LieBetweenLowAndHigh() =>
        Feeds.Logs(maxRestarts: 1).Sample(
            log => Assert.All(new BookDriver().Batch(log).Final(), row =>
            {
                Assert.True(row.Low <= row.Open && row.Open <= row.High && row.Low <= row.Close && row.Close <= row.High);
                Assert.True(row.WindowStart <= row.OpenTime && row.OpenTime <= row.CloseTime && row.CloseTime < row.WindowEnd);
                Assert.True(row.QuoteVolume >= row.Volume * row.Low.Mantissa && row.QuoteVolume <= row.Volume * row.High.Mantissa);
            }),
            iter: Samples);

    [Theory]
    [InlineData(0)]
    [InlineData(60)]
    [InlineData(100_000_000)]
    public void BatchBoundaries_AnyCut_ChangeNoRowAndNoRevision(int retainSeconds) =>
        Gen.Select(Feeds.Logs(maxRestarts: 1), Gen.Int, Gen.Int[1, 20]).Sample(
            (log, seed, size) =>
            {
                var options = new CandleBookOptions { RetainClosed = TimeSpan.FromSeconds(retainSeconds), MaxRetainedPerTimeframe = seed & 1 };
                var whole = Run(options, Feeds.Cut(log, new Random(seed), int.MaxValue - 1));
                var cut = Run(options, Feeds.Cut(log, new Random(seed), size));

                Same(whole, cut);
            },
            iter: Samples);

    [Theory]
    [InlineData(0)]
    [InlineData(300)]
    public void Eviction_ThenRebuild_EqualsNeverEvicted(int retainSeconds) =>
        Gen.Select(Feeds.Logs(maxRestarts: 1), Gen.Int, Gen.Int[1, 20]).Sample(
            (log, seed, size) =>
            {
                var kept = Run(Some.KeepAll, Feeds.Cut(log, new Random(seed), size));
                var evicted = Run(new CandleBookOptions { RetainClosed = TimeSpan.FromSeconds(retainSeconds), MaxRetainedPerTimeframe = 0 }, Feeds.Cut(log, new Random(seed), size));

                Assert.Equal(0, kept.Rebuilt);
                Same(kept, evicted);
                Assert.Equal(kept.Revisions, evicted.Revisions);
            },
            iter: Samples);

    [Fact]
    public void ForgottenIds_WithLookUps_CountEveryTradeOnce() =>
        Gen.Select(Feeds.Logs(maxRestarts: 5), Gen.Int, Gen.Int[1, 20], Gen.Int[1, 3]).Sample(
            (log, seed, size, limit) =>
            {
                var options = new CandleBookOptions { RetainClosed = TimeSpan.FromSeconds(60), MaxIntervals = limit };
                var kept = Run(Some.KeepAll, Feeds.Cut(log, new Random(seed), size));
                var small = Run(options, Feeds.Cut(log, new Random(seed), size));

                Assert.Equal(kept.Final().Select(row => row with { Complete = Completeness.Unknown }), small.Final().Select(row => row with { Complete = Completeness.Unknown }));
                Assert.All(kept.Final().Zip(small.Final()), pair => Assert.True(pair.Second.Complete <= pair.First.Complete || pair.First.Complete == Completeness.Unknown || pair.First.Complete == Completeness.No));
                Assert.True(small.Book.Seen.Count <= limit);
            },
            iter: Samples);

    [Fact]
    public void Clone_AppliedInsteadOfTheOriginal_IsTheSameBook() =>
        Feeds.Logs(maxRestarts: 2).Sample(
            log =>
            {
                var (left, right) = (new CandleBook(Some.Instrument, Some.KeepAll), new CandleBook(Some.Instrument, Some.KeepAll));
                for (var i = 0; i < log.Count; i++)
                {
                    right = right.Clone();
                    left.Apply(LogPosition.Create(1, i), log[i], new BookChanges(), left.MustLookUp(log[i].Trade) && log[i].Kind == RecordKind.Trade);
                    right.Apply(LogPosition.Create(1, i), log[i], new BookChanges(), right.MustLookUp(log[i].Trade) && log[i].Kind == RecordKind.Trade);
                }

                Assert.Equal(left.Serialize(), right.Serialize());
            },
            iter: Samples / 4);

    private static BookDriver Run(CandleBookOptions options, IEnumerable<List<LogRecord>> batches)
    {
        var driver = new BookDriver(Some.Instrument, options);
        foreach (var batch in batches) driver.Batch(batch);
        return driver;
    }

    private static BookDriver Ended(IReadOnlyList<Trade> trades) =>
        new BookDriver().OneByOne([.. trades.Select(trade => LogRecord.OfTrade(trade))]).Batch(Some.Watermark(1_000_000)).Batch(Some.Watermark(1_000_000));

    private static void Same(BookDriver left, BookDriver right)
    {
        Assert.Equal(left.Final(), right.Final());
        Assert.Equal(left.Late, right.Late);
        Assert.Equal(left.Trades, right.Trades);
        Assert.Equal(left.Known, right.Known);
    }

    private static Candle RollUp(Timeframe timeframe, Timestamp start, List<Candle> parts) => parts[0].Values() with
    {
        Timeframe = timeframe,
        WindowStart = start,
        High = parts.Max(part => part.High),
        Low = parts.Min(part => part.Low),
        Close = parts[^1].Close,
        Volume = parts.Aggregate((Int128)0, (sum, part) => sum + part.Volume),
        QuoteVolume = parts.Aggregate((Int128)0, (sum, part) => sum + part.QuoteVolume),
        TradeCount = parts.Sum(part => part.TradeCount),
        CloseTime = parts[^1].CloseTime,
        CloseTradeId = parts[^1].CloseTradeId,
    };
}
