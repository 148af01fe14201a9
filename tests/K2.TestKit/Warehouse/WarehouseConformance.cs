using K2.Abstractions.Warehouse;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using Xunit;
using static K2.TestKit.Warehouse.WarehouseSamples;

namespace K2.TestKit.Warehouse;

/// <summary>What every warehouse has to do. A subclass hands in one that knows <see cref="WarehouseSamples.Instruments"/>; tests share it.</summary>
public abstract class WarehouseConformance
{
    /// <summary>The writer under test.</summary>
    protected abstract IWarehouseWriter Writer { get; }

    /// <summary>The reader under test.</summary>
    protected abstract IWarehouseReader Reader { get; }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WriteAsync_SameRowsAgain_ChangesNothing()
    {
        var instrument = Named("T0");
        var flush = Flush(instrument, 3, [Trade(1, 1, 1), Trade(2, 2, 2)], [Candle(instrument, 0, 2)], [Candle(instrument, 0, 2)]);
        await Writer.WriteAsync(flush, Cancelled);
        await Writer.WriteAsync(flush, Cancelled);
        Assert.Equal(flush.Trades, await TradesAsync(instrument));
        Assert.Equal(flush.Candles, await CandlesAsync(instrument));
        var state = await Reader.ReadCheckpointAsync(instrument.Id, Cancelled);
        Assert.Equal(flush.Position, state!.Position);
        Assert.Equal(flush.State.ToArray(), state.State.ToArray());
    }

    [Fact]
    public async Task WriteAsync_OneTradeTwice_LowestPositionWins()
    {
        var instrument = Named("T1");
        await Writer.WriteAsync(Flush(instrument, 5, [Trade(1, 1, 5, price: 500)]), Cancelled);
        await Writer.WriteAsync(Flush(instrument, 6, [Trade(1, 1, 4, price: 400)]), Cancelled);
        await Writer.WriteAsync(Flush(instrument, 7, [Trade(1, 1, 6, price: 600)]), Cancelled);
        Assert.Equal([Trade(1, 1, 4, price: 400)], await TradesAsync(instrument));
    }

    [Fact]
    public async Task WriteAsync_OneCandleTwice_HighestPositionWins()
    {
        var instrument = Named("T2");
        foreach (var offset in (long[])[5, 7, 6]) await Writer.WriteAsync(Flush(instrument, offset, null, [Candle(instrument, 0, offset, offset)]), Cancelled);
        Assert.Equal([Candle(instrument, 0, 7, 7)], await CandlesAsync(instrument));
        Assert.Equal(LogPosition.Create(1, 7), (await Reader.ReadCheckpointAsync(instrument.Id, Cancelled))!.Position);
        Assert.Equal(LogPosition.Create(1, 7), (await Reader.HighestPositionsAsync(Cancelled))[instrument.Id]);
    }

    [Fact]
    public async Task ReadGapsAsync_OpenedThenFilledAndGivenUp_ReturnsTheLatestStates()
    {
        var instrument = Named("T30");
        var first = new FeedGap(new(1_000_000), new(2_000_000), 5, 9, 1, GapCause.Reconnect);
        var second = new FeedGap(new(3_000_000), new(4_000_000), 15, 19, 1, GapCause.IdJump);
        await Writer.WriteAsync(Flush(instrument, 5, null) with { Gaps = [new(first, GapState.Open, LogPosition.Create(1, 4)), new(second, GapState.Open, LogPosition.Create(1, 5))] }, Cancelled);
        await Writer.WriteAsync(Flush(instrument, 7, null) with { Gaps = [new(first, GapState.Filled, LogPosition.Create(1, 7)), new(second with { Reason = GapReason.NotServed }, GapState.Unfillable, LogPosition.Create(1, 6))] }, Cancelled);

        var gaps = await Reader.ReadGapsAsync(new GapQuery(instrument.Id.Exchange, instrument.Id.Symbol, null, 10), Cancelled).ToListAsync(Cancelled);
        Assert.Equal([new(second with { Reason = GapReason.NotServed }, GapState.Unfillable, LogPosition.Create(1, 6)), new(first, GapState.Filled, LogPosition.Create(1, 7))], gaps.Select(gap => gap.Change));
        Assert.Empty(await Reader.ReadGapsAsync(new GapQuery(instrument.Id.Exchange, instrument.Id.Symbol, GapState.Open, 10), Cancelled).ToListAsync(Cancelled));
    }

    [Fact]
    public async Task ReadCheckpointAsync_NothingWritten_Null() => Assert.Null(await Reader.ReadCheckpointAsync(Named("T3").Id, Cancelled));

    [Fact]
    public async Task FindTradesAsync_SomeStored_ReturnsThose()
    {
        var instrument = Named("T4");
        await Writer.WriteAsync(Flush(instrument, 9, [Trade(1, 1, 1), Trade(2, 1, 2), Trade(900_000_000, 1, 3)]), Cancelled);
        var found = await Reader.FindTradesAsync(instrument.Id, 0, [1, 3, 900_000_000], Cancelled);
        Assert.Equal([1, 900_000_000], found.Select(t => t.Trade.TradeId).Order());
        Assert.Empty(await Reader.FindTradesAsync(instrument.Id, 1, [1, 2], Cancelled));
        Assert.Empty(await Reader.FindTradesAsync(instrument.Id, 0, [], Cancelled));
    }

    [Fact]
    public async Task RebuildCandlesAsync_TradesAbovePosition_LeftOut()
    {
        var instrument = Named("T5");
        PositionedTrade[] trades = [Trade(1, 5, 1, 100, 2), Trade(2, 6, 2, 300, 3), Trade(3, 59, 3, 50, 1), Trade(4, 60, 4, 70, 1), Trade(5, 30, 9, 999, 9)];
        var revised = Candle(instrument, 0, 3) with { Revision = 2 };
        await Writer.WriteAsync(Flush(instrument, 9, trades, null, [revised, revised with { Revision = 7, Position = LogPosition.Create(1, 9) }]), Cancelled);
        var upTo = LogPosition.Create(1, 4);
        var candles = await Reader.RebuildCandlesAsync(instrument.Id, [Window(Timeframe.OneMinute, 0), Window(Timeframe.OneMinute, 60), Window(Timeframe.OneMinute, 120), Window(Timeframe.OneHour, 0)], upTo, Cancelled);
        Assert.Equal(3, candles.Count);
        var first = Assert.Single(candles, c => c.Timeframe == Timeframe.OneMinute && c.WindowStart == At(0));
        Assert.Equal((100L, 300L, 50L, 50L), (first.Open.Mantissa, first.High.Mantissa, first.Low.Mantissa, first.Close.Mantissa));
        Assert.Equal(((Int128)6, (Int128)1150, 3L, 2), (first.Volume, first.QuoteVolume, first.TradeCount, first.Revision));
        Assert.Equal((At(5), At(59), 1L, 3L, upTo), (first.OpenTime, first.CloseTime, first.OpenTradeId, first.CloseTradeId, first.Position));
        Assert.Equal(4, Assert.Single(candles, c => c.Timeframe == Timeframe.OneHour).TradeCount);
    }

    [Fact]
    public async Task ReadTradesBetweenAsync_Range_IsExclusiveAndOrdered()
    {
        var instrument = Named("T6");
        await Writer.WriteAsync(Flush(instrument, 1, [.. Enumerable.Range(1, 9).Select(n => Trade(n, 10 - n, n))]), Cancelled);
        var rows = await Reader.ReadTradesBetweenAsync(instrument.Id, LogPosition.Create(1, 3), LogPosition.Create(1, 7), Cancelled).ToListAsync(Cancelled);
        Assert.Equal([4L, 5, 6], rows.Select(t => t.Position.Offset));
    }

    [Theory]
    [InlineData("T7", false)]
    [InlineData("T8", true)]
    public async Task ReadTradesAsync_ByCursor_VisitsEachTradeOnce(string asset, bool newestFirst)
    {
        var instrument = Named(asset);
        await Writer.WriteAsync(Flush(instrument, 1, [.. Enumerable.Range(1, 50).Select(n => Trade(n, n / 7, n))]), Cancelled);
        var visited = new List<long>();
        var query = new TradeQuery(instrument.Id, At(0), At(100), null, 4, newestFirst);
        while (await Reader.ReadTradesAsync(query, Cancelled).ToListAsync(Cancelled) is { Count: > 0 } page)
        {
            visited.AddRange(page.Select(t => t.Trade.TradeId));
            var last = page[^1].Trade;
            query = newestFirst ? query with { To = last.ExchangeTime, AfterTradeId = last.TradeId } : query with { From = last.ExchangeTime, AfterTradeId = last.TradeId };
        }

        var expected = Enumerable.Range(1, 50).Select(n => (long)n);
        Assert.Equal(newestFirst ? expected.Reverse() : expected, visited);
    }

    [Fact]
    public async Task ReadCandlesAsync_RangeAndLimit_AreKept()
    {
        var instrument = Named("T9");
        await Writer.WriteAsync(Flush(instrument, 1, null, [.. Enumerable.Range(0, 20).Select(n => Candle(instrument, n, 1))]), Cancelled);
        var query = new CandleQuery(instrument.Id, Timeframe.OneMinute, At(300), At(900), 4, false);
        Assert.Equal([At(300), At(360), At(420), At(480)], (await Reader.ReadCandlesAsync(query, Cancelled).ToListAsync(Cancelled)).Select(c => c.WindowStart));
        Assert.Equal([At(840), At(780), At(720), At(660)], (await Reader.ReadCandlesAsync(query with { NewestFirst = true }, Cancelled).ToListAsync(Cancelled)).Select(c => c.WindowStart));
    }

    [Fact]
    public async Task CountAsync_LettersAndFramesRepeated_CountedOnce()
    {
        var before = await Reader.CountAsync(Cancelled);
        var letter = new DeadLetter { Exchange = Exchange.Binance, Origin = "counted", Sequence = 1, Reason = "bad", Detail = "x", ReceivedTime = At(0), Original = new byte[] { 0, 255 }, OriginalLength = 2 };
        await Writer.WriteDeadLettersAsync([letter, letter], Cancelled);
        await Writer.WriteDeadLettersAsync([letter, letter with { Sequence = 2 }], Cancelled);
        await Writer.WriteRawAsync([Chunk(1, 2, 3)], Cancelled);
        await Writer.WriteRawAsync([Chunk(1), Chunk(2, 3, 4)], Cancelled);
        var after = await Reader.CountAsync(Cancelled);
        Assert.Equal((2L, 4L), (after.DeadLetters - before.DeadLetters, after.RawFrames - before.RawFrames));
    }

    [Fact]
    public async Task WriteAsync_ManyAtOnce_AllAreStored()
    {
        var instruments = Enumerable.Range(10, 20).Select(n => Named($"T{n}")).ToList();
        await Task.WhenAll(instruments.SelectMany(instrument => Enumerable.Range(0, 20).Select(n => Writer.WriteAsync(Flush(instrument, n, [Trade(n, n, n)]), Cancelled))));
        foreach (var instrument in instruments)
        {
            Assert.Equal(20, (await TradesAsync(instrument)).Count);
            Assert.Equal(19, (await Reader.ReadCheckpointAsync(instrument.Id, Cancelled))!.Position.Offset);
        }
    }

    [Fact]
    public async Task WriteAsync_ExtremeNumbersOfEveryScale_ReadBackExactly()
    {
        for (var scale = 0; scale <= 18; scale++)
        {
            var instrument = Named($"S{scale}");
            PositionedTrade[] trades = [Trade(1, 1, 1, long.MaxValue, 1), Trade(2, 2, 2, 1, long.MaxValue), Trade(3, 3, 3, 1, 1)];
            var sum = (Int128)long.MaxValue * 1_000_000_000_000;
            Candle[] candles = [Candle(instrument, 0, 1, long.MaxValue) with { Volume = long.MaxValue, QuoteVolume = sum, TradeCount = long.MaxValue }];
            await Writer.WriteAsync(Flush(instrument, 1, trades, candles), Cancelled);
            Assert.Equal(trades, await TradesAsync(instrument));
            Assert.Equal(candles, await CandlesAsync(instrument));
        }
    }

    [Fact]
    public async Task RebuildCandlesAsync_ThousandsOfWindowsOfManyDays_ReturnsEachOnce()
    {
        var instrument = Named("T31");
        var trades = Enumerable.Range(0, 5_000).Select(n => Trade(n + 1, n * 300L, n + 1, 100 + n)).ToList();
        await Writer.WriteAsync(Flush(instrument, 5_000, trades), Cancelled);
        var windows = trades.SelectMany(trade => Timeframes.All.Select(timeframe => new CandleWindow(timeframe, timeframe.WindowStart(trade.Trade.ExchangeTime)))).ToHashSet();
        var candles = await Reader.RebuildCandlesAsync(instrument.Id, windows, LogPosition.Create(1, 5_000), Cancelled);
        Assert.Equal(windows, candles.Select(candle => new CandleWindow(candle.Timeframe, candle.WindowStart)).ToHashSet());
        Assert.Equal(windows.Count, candles.Count);
        Assert.All(Timeframes.All, timeframe => Assert.Equal(5_000, candles.Where(candle => candle.Timeframe == timeframe).Sum(candle => candle.TradeCount)));
    }

    [Fact]
    public async Task ReadRecordedCountsAsync_LatestRowAtOrBelowThePosition_Counts()
    {
        var instrument = Named("T32");
        var closing = Candle(instrument, 0, 3) with { TradeCount = 5, KnownAt = At(60) };
        var revised = Candle(instrument, 0, 6) with { TradeCount = 6, Revision = 1, KnownAt = At(70) };
        await Writer.WriteAsync(Flush(instrument, 6, null, null, [closing, revised]) with { Judgements = [Candle(instrument, 1, 5) with { TradeCount = 2, KnownAt = At(130) }] }, Cancelled);
        CandleWindow[] windows = [Window(Timeframe.OneMinute, 0), Window(Timeframe.OneMinute, 60), Window(Timeframe.OneMinute, 120), Window(Timeframe.OneHour, 0)];
        Assert.Equal(new Dictionary<CandleWindow, long> { [windows[0]] = 5 }, await Reader.ReadRecordedCountsAsync(instrument.Id, windows, LogPosition.Create(1, 4), Cancelled));
        Assert.Equal(new Dictionary<CandleWindow, long> { [windows[0]] = 6, [windows[1]] = 2 }, await Reader.ReadRecordedCountsAsync(instrument.Id, windows, LogPosition.Create(1, 6), Cancelled));
    }

    [Fact]
    public async Task ReadCandleEventsAsync_PageByPage_ReturnsEachDurableEventOnceInOrder()
    {
        var instrument = Named("T33");
        Candle[] rows = [.. Enumerable.Range(0, 9).Select(n => Candle(instrument, n, (n / 3) + 1) with { KnownAt = At(60 * (n + 1)), Revision = n % 2 })];
        await Writer.WriteAsync(Flush(instrument, 2, null, null, rows) with { Judgements = [Candle(instrument, 20, 2) with { KnownAt = At(5000) }] }, Cancelled);
        var far = await Reader.ReadCandleEventsAsync(new CandleEventQuery(instrument.Id, null, LogPosition.Create(1, 9), 5), Cancelled);
        Assert.Equal((LogPosition.Create(1, 9), false, 0), (far.UpTo, far.HasMore, far.Rows.Count));

        // Rows above the checkpoint are not told yet.
        var read = await AllEventsAsync(instrument, LogPosition.None, 1);
        Assert.Equal(rows[..6], read);
        await Writer.WriteAsync(Flush(instrument, 3), Cancelled);
        Assert.Equal(rows[6..], await AllEventsAsync(instrument, LogPosition.Create(1, 2), 2));
        Assert.Empty((await Reader.ReadCandleEventsAsync(new(instrument.Id, Timeframe.OneHour, LogPosition.None, 5), Cancelled)).Rows);
        Assert.Equal(9, (await Reader.ReadCandleEventsAsync(new(instrument.Id, Timeframe.OneMinute, LogPosition.None, 50), Cancelled)).Rows.Count);
    }

    private static CandleWindow Window(Timeframe timeframe, long second) => new(timeframe, timeframe.WindowStart(At(second)));

    private static RawChunk Chunk(params long[] sequences) => new()
    {
        Exchange = Exchange.Binance,
        Origin = "capture.jsonl",
        IsReplay = true,
        Sequences = sequences,
        ReceivedTimes = [.. sequences.Select(At)],
        Frames = [.. sequences.Select(sequence => new ReadOnlyMemory<byte>([(byte)sequence]))],
    };

    private Task<List<PositionedTrade>> TradesAsync(Instrument instrument) => Reader.ReadTradesAsync(new TradeQuery(instrument.Id, null, null, null, 10_000, false), Cancelled).ToListAsync(Cancelled).AsTask();

    private Task<List<Candle>> CandlesAsync(Instrument instrument) => Reader.ReadCandlesAsync(new CandleQuery(instrument.Id, Timeframe.OneMinute, null, null, 10_000, false), Cancelled).ToListAsync(Cancelled).AsTask();

    private async Task<List<Candle>> AllEventsAsync(Instrument instrument, LogPosition above, int limit)
    {
        var rows = new List<Candle>();
        for (var hasMore = true; hasMore;)
        {
            var page = await Reader.ReadCandleEventsAsync(new CandleEventQuery(instrument.Id, null, above, limit), Cancelled);
            rows.AddRange(page.Rows);
            (above, hasMore) = (page.UpTo, page.HasMore);
        }

        return rows;
    }
}
