using CsCheck;
using K2.Abstractions.Warehouse;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using Xunit;
using static K2.TestKit.Warehouse.WarehouseSamples;

namespace K2.TestKit.Warehouse;

/// <summary>What every warehouse answers to users: intervals, filling, sums, the last trade.</summary>
public abstract class ReadingConformance
{
    private static readonly string[] Intervals = ["1m", "2m", "3m", "7m", "10m", "45m", "1h", "90m", "2h", "4h", "1d"];
    private int _used;
    private int _usedNewest;

    /// <summary>The writer under test.</summary>
    protected abstract IWarehouseWriter Writer { get; }

    /// <summary>The reader under test.</summary>
    protected abstract IWarehouseReader Reader { get; }

    /// <summary>The summaries under test.</summary>
    protected abstract IWarehouseSummaries Summaries { get; }

    /// <summary>How many random histories the property is tried on, at most 20.</summary>
    protected abstract int Histories { get; }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReadIntervals_AnyIntervalOfAnyTrades_EqualsTheTradesAggregated()
    {
        // Outside of the property: where the warehouse is absent, this skips.
        Assert.NotNull(Writer);
        var trade = Gen.Select(Gen.Long[0, 36_000_000], Gen.Long[1, 1_000_000], Gen.Long[1, 1_000_000]);
        var history = Gen.Select(trade.List[1, 80], Gen.Int[0, Intervals.Length - 1].Select(i => Intervals[i]), Gen.Bool, Gen.Int[1, 12]);
        await history.SampleAsync(
            async sample =>
            {
                var instrument = Named($"T{Interlocked.Increment(ref _used)}");
                var trades = sample.Item1.OrderBy(t => t.Item1).Select((t, i) => new PlainTrade(i + 1, At(0).Microseconds + (t.Item1 * 1000), t.Item2, t.Item3)).ToList();
                await Writer.WriteAsync(Flush(instrument, 1, null, [.. Timeframes.All.SelectMany(timeframe => PlainTrade.Candles(instrument, timeframe, trades))]), Cancelled);
                Assert.True(CandleInterval.TryParse(sample.Item2, out var interval));
                var expected = PlainTrade.Rows(interval, trades);
                if (sample.Item3) expected.Reverse();

                var seen = new List<string>();
                for (var query = new IntervalQuery(instrument.Id, interval, null, null, sample.Item4, sample.Item3); ;)
                {
                    var page = await Reader.ReadIntervalsAsync(query, Cancelled);
                    seen.AddRange(page.Select(candle => PlainTrade.Row(candle, instrument)));
                    if (page.Count < query.PageLimit) break;
                    query = query.NewestFirst ? query with { To = page[^1].WindowStart } : query with { From = page[^1].WindowEnd };
                }

                Assert.Equal(expected, seen);
            },
            iter: Histories, threads: 1);
    }

    [Theory]
    [InlineData("T21", false)]
    [InlineData("T22", true)]
    public async Task ReadIntervals_Filled_MarksWindowsWithoutTrades(string asset, bool newestFirst)
    {
        var instrument = Named(asset);
        var gap = new FeedGap(At(60 * 7), At(60 * 9), 13, 15, 0, GapCause.IdJump);
        await Writer.WriteAsync(Flush(instrument, 1, null, [Minute(instrument, 0, 1, 10), Minute(instrument, 3, 11, 12), Minute(instrument, 9, 16, 20), Minute(instrument, 11, 30, 31)]) with { Gaps = [new(gap, GapState.Unfillable, LogPosition.Create(1, 1))] }, Cancelled);

        var rows = (await Reader.ReadIntervalsAsync(Query(instrument, "1m", 1, 11, newestFirst) with { Fill = true }, Cancelled)).ToList();
        if (newestFirst) rows.Reverse();

        Assert.Equal(Enumerable.Range(1, 10).Select(minute => At(60 * minute)), rows.Select(row => row.WindowStart));
        Assert.Equal([true, true, false, true, true, true, true, true, false, true], rows.Select(row => row.Filled));
        Assert.Equal(
            [Completeness.Yes, Completeness.Yes, Completeness.Yes, Completeness.Unknown, Completeness.Unknown, Completeness.Unknown, Completeness.No, Completeness.No, Completeness.Yes, Completeness.Unknown],
            rows.Select(row => row.Values.Complete));
        Assert.Equal((100L, 100L, 100L, 100L, 0L, true), (rows[0].Values.Open.Mantissa, rows[0].Values.High.Mantissa, rows[0].Values.Low.Mantissa, rows[0].Values.Close.Mantissa, rows[0].Values.TradeCount, rows[0].Values.Closed));
        Assert.Equal(Int128.Zero, rows[0].Values.Volume + rows[0].Values.QuoteVolume);
        Assert.Equal(3, (await Reader.ReadIntervalsAsync(Query(instrument, "1m", 0, 12, newestFirst) with { Fill = true, Limit = 3 }, Cancelled)).Count);
    }

    [Fact]
    public async Task ReadIntervals_Filled_StopsAtWhatIsKnown()
    {
        var instrument = Named("T23");
        await Writer.WriteAsync(Flush(instrument, 1, null, [Minute(instrument, 5, 1, 10), Minute(instrument, 7, 11, 12)]), Cancelled);

        Assert.Equal([At(300), At(360), At(420)], (await Reader.ReadIntervalsAsync(Query(instrument, "1m", 0, 60, false) with { Fill = true }, Cancelled)).Select(row => row.WindowStart));
        Assert.Equal([At(360)], (await Reader.ReadIntervalsAsync(Query(instrument, "1m", 6, 7, false) with { Fill = true }, Cancelled)).Select(row => row.WindowStart));
        Assert.Empty(await Reader.ReadIntervalsAsync(Query(instrument, "1m", 8, 60, true) with { Fill = true }, Cancelled));
    }

    [Theory]
    [InlineData("T24", 11, false, Completeness.Yes)]
    [InlineData("T25", 12, false, Completeness.Unknown)]
    [InlineData("T26", 11, true, Completeness.No)]
    public async Task ReadIntervals_EmptyPartOfAWindow_IsCompleteByTheIdsAround(string asset, long nextId, bool withGap, Completeness expected)
    {
        var instrument = Named(asset);
        var gap = new FeedGap(At(61), At(119), 0, 0, 0, GapCause.Reconnect);
        var flush = Flush(instrument, 1, null, [Minute(instrument, 0, 1, 10), Minute(instrument, 2, nextId, 20), Minute(instrument, 3, 21, 22)]);
        await Writer.WriteAsync(withGap ? flush with { Gaps = [new(gap, GapState.Open, LogPosition.Create(1, 1))] } : flush, Cancelled);

        var rows = await Reader.ReadIntervalsAsync(Query(instrument, "2m", 0, 4, false), Cancelled);

        Assert.Equal([expected, Completeness.Yes], rows.Select(row => row.Values.Complete));
        Assert.Equal([true, true], rows.Select(row => row.Values.Closed));
    }

    [Fact]
    public async Task ReadIntervals_PartsThatDiffer_TakeTheWorstAndTheSumOfRevisions()
    {
        var instrument = Named("T27");
        await Writer.WriteAsync(
            Flush(instrument, 1, null, [Minute(instrument, 0, 1, 2) with { Revision = 2 }, Minute(instrument, 1, 3, 4) with { Revision = 3 }, Minute(instrument, 2, 5, 6) with { Complete = Completeness.No }, Minute(instrument, 3, 7, 8), Minute(instrument, 4, 9, 9) with { Closed = false, Complete = Completeness.Unknown }]),
            Cancelled);

        var rows = await Reader.ReadIntervalsAsync(Query(instrument, "2m", 0, 60, false), Cancelled);

        Assert.Equal([(true, Completeness.Yes, 5), (true, Completeness.No, 0), (false, Completeness.Unknown, 0)], rows.Select(row => (row.Values.Closed, row.Values.Complete, row.Values.Revision)));
    }

    [Fact]
    public async Task Summaries_Sums_AreExact()
    {
        var instrument = Named("T28");
        Assert.Equal(new RangeTotals(0, 0, 0, 0, 0, null, null), await Summaries.SumAsync(instrument.Id, At(0), At(3_600), Cancelled));
        PositionedTrade[] trades = [Trade(1, 5, 1), Trade(2, 65, 2), Trade(4, 65, 4), Trade(3, 66, 3)];
        var minute = Minute(instrument, 1, 2, 3) with { CloseTime = At(66), Volume = 5, QuoteVolume = 12_345, Complete = Completeness.Unknown };
        await Writer.WriteAsync(Flush(instrument, 1, trades, [Minute(instrument, 0, 1, 1), minute]), Cancelled);

        Assert.Equal(new RangeTotals(6, 12_445, 3, 2, 1, At(0), At(66)), await Summaries.SumAsync(instrument.Id, At(0), At(120), Cancelled));
        await Assert.ThrowsAsync<ArgumentException>(() => Summaries.SumAsync(instrument.Id, At(1), At(120), Cancelled));
    }

    [Fact]
    public async Task ReadTrades_NewestFirst_AreTheNewest_WhateverTheCandlesSay()
    {
        // Outside of the property: where the warehouse is absent, this skips.
        Assert.NotNull(Writer);
        // A candle may be behind its trades, count the parts of aggregates or none, reach further back than trades are kept, or not be there yet.
        var trade = Gen.Select(Gen.Long[0, 3 * 86_400], Gen.Int[-1, 12]);
        var history = Gen.Select(trade.List[0, 60], Gen.Int[1, 70], Gen.Long[0, 3 * 86_400].Nullable(), Gen.Bool);
        await history.SampleAsync(
            async sample =>
            {
                var instrument = Named($"N{Interlocked.Increment(ref _usedNewest)}");
                var trades = sample.Item1.OrderBy(t => t.Item1).Select((t, i) => Trade(i + 1, t.Item1, i + 1)).ToList();
                var candles = sample.Item1.Where(t => t.Item2 >= 0).DistinctBy(t => t.Item1 / 60).Select(t => Candle(instrument, (int)(t.Item1 / 60), 1) with { TradeCount = t.Item2 }).ToList();
                await Writer.WriteAsync(Flush(instrument, trades.Count, trades, candles), Cancelled);
                var query = new TradeQuery(instrument.Id, null, sample.Item3 is { } end ? At(end) : null, null, sample.Item2, true);
                var cursor = sample.Item4 ? trades.LastOrDefault(t => query.To is null || t.Trade.ExchangeTime <= query.To) : default;
                if (cursor.Trade.TradeId > 0) query = query with { To = cursor.Trade.ExchangeTime, AfterTradeId = cursor.Trade.TradeId };
                var expected = trades.Where(t => query.AfterTradeId is { } after ? t.Trade.TradeId < after : query.To is null || t.Trade.ExchangeTime < query.To).Reverse().Take(query.Limit);

                Assert.Equal(expected, await Reader.ReadTradesAsync(query, Cancelled).ToListAsync(Cancelled));
            },
            iter: Histories, threads: 1);
    }

    [Fact]
    public async Task Summaries_Statistics_CountTradesOnce()
    {
        var instrument = Named("T29");
        var day = Minute(instrument, 0, 1, 7) with { Timeframe = Timeframe.OneDay };
        await Writer.WriteAsync(Flush(instrument, 1, null, [day with { TradeCount = 3 }]), Cancelled);
        await Writer.WriteAsync(Flush(instrument, 2, null, [day with { Position = LogPosition.Create(1, 2) }]), Cancelled);

        var found = Assert.Single((await Summaries.StatisticsAsync(Cancelled)).Instruments, row => row.Instrument == instrument.Id);

        Assert.Equal(new InstrumentStatistics(instrument.Id, 7, 1, At(0), At(0)), found);
    }

    [Fact]
    public async Task ReadIntervals_AsOf_IsWhatWasKnownThen()
    {
        var instrument = Named("T30");
        Candle Known(int minute, long offset, long price, int revision, long second) => Candle(instrument, minute, offset, price) with { Revision = revision, KnownAt = At(second) };
        var late = Flush(instrument, 4, null, [Candle(instrument, 0, 3, 300)], [Known(0, 1, 100, 0, 60), Known(1, 2, 100, 0, 120), Known(0, 3, 300, 1, 150)]);
        await Writer.WriteAsync(late with { Judgements = [Known(0, 4, 300, 1, 200) with { Complete = Completeness.No }] }, Cancelled);

        Assert.Empty(await KnownAsync(59));
        Assert.Equal([(At(0), 100L, 0, Completeness.Yes)], await KnownAsync(60));
        Assert.Equal([(At(0), 300L, 1, Completeness.Yes), (At(60), 100L, 0, Completeness.Yes)], await KnownAsync(150));
        Assert.Equal([(At(0), 300L, 1, Completeness.No), (At(60), 100L, 0, Completeness.Yes)], await KnownAsync(1_000));

        async Task<IEnumerable<(Timestamp, long, int, Completeness)>> KnownAsync(long second)
        {
            var rows = await Reader.ReadIntervalsAsync(new IntervalQuery(instrument.Id, CandleInterval.Of(Timeframe.OneMinute), null, null, 10, false) { AsOf = At(second) }, Cancelled);
            return rows.Select(row => (row.WindowStart, row.Values.Close.Mantissa, row.Values.Revision, row.Values.Complete));
        }
    }

    // A closed minute whose trades have the given ids.
    private static Candle Minute(Instrument instrument, int minute, long firstId, long lastId) => Candle(instrument, minute, 1) with { OpenTradeId = firstId, CloseTradeId = lastId, TradeCount = lastId - firstId + 1 };

    private static IntervalQuery Query(Instrument instrument, string interval, int fromMinute, int toMinute, bool newestFirst) =>
        new(instrument.Id, CandleInterval.TryParse(interval, out var parsed) ? parsed : throw new ArgumentException(interval), At(60L * fromMinute), At(60L * toMinute), 100, newestFirst);
}
