using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;
using K2.Domain.Candles;
using K2.Domain.Log;
using K2.Grains.Symbols;

namespace K2.Grains.Tests.Lineage;

public sealed class RebuildRecordTests : IDisposable
{
    private readonly FakeWarehouse _warehouse = new();
    private readonly PipelineCounters _counters = new();
    private SymbolPipeline? _pipeline;
    private long _next;

    public void Dispose() => _counters.Dispose();

    [Fact]
    public async Task Rebuild_CandlesAreLost_WritesTheSameRowsAndNoRevision()
    {
        await FeedAsync();
        var before = _warehouse.CandleLines();
        var history = _warehouse.Revisions.ToList();
        _warehouse.Lose(_ => false, candle => candle.WindowStart < Some.Start.Add(TimeSpan.FromHours(1)));

        await ApplyAsync(Whole);

        Assert.Equal(before, _warehouse.CandleLines());
        Assert.Equal(history, _warehouse.Revisions);
        Assert.Empty(_pipeline!.TakeRecorded());
    }

    [Fact]
    public async Task Rebuild_ARowAndItsHistoryAreLost_TheCandleClosesAgainAtTheRecord()
    {
        await FeedAsync();
        var before = _warehouse.CandleLines();
        _warehouse.Lose(_ => false, IsFirstMinute);
        _warehouse.Forget(IsFirstMinute);

        await ApplyAsync(Whole);

        Assert.Equal(before, _warehouse.CandleLines());
        var closing = Assert.Single(_warehouse.Revisions, IsFirstMinute);
        Assert.Equal((0, _pipeline!.Book.Position, _pipeline.Book.Watermark), (closing.Revision, closing.Position, closing.KnownAt));
        Assert.Equal([closing], _pipeline.TakeRecorded());
    }

    [Fact]
    public async Task Rebuild_ALostRowHoldsMoreTradesThanItsHistory_IsARevisionBehindIt()
    {
        await FeedAsync();
        _warehouse.Lose(_ => false, IsFirstMinute);
        _warehouse.Seed(new PositionedTrade(_pipeline!.Book.Position, Some.Trade(900, 30, price: 7)));

        await ApplyAsync(Whole);

        var last = _warehouse.Revisions.Last(IsFirstMinute);
        Assert.Equal((1, 2L, 7L), (last.Revision, last.TradeCount, last.Low.Mantissa));
    }

    [Fact]
    public async Task Rebuild_OnlyCompletenessIsAnother_IsJudgedAndNoEvent()
    {
        await FeedAsync();
        var history = _warehouse.Revisions.Count;
        var before = _warehouse.CandleLines();
        bool IsSecondMinute(Candle candle) => candle.Timeframe == Timeframe.OneMinute && candle.WindowStart == Some.Start.Add(TimeSpan.FromMinutes(1));
        _warehouse.Spoil(IsSecondMinute, candle => candle with { Complete = Completeness.No });

        await ApplyAsync(Whole);

        Assert.Equal(before, _warehouse.CandleLines());
        Assert.Equal(history, _warehouse.Revisions.Count);
        var judged = Assert.Single(_warehouse.Judgements, row => row.Position == _pipeline!.Book.Position);
        Assert.True(IsSecondMinute(judged));
        Assert.Equal((Completeness.Yes, 0, _pipeline!.Book.Watermark), (judged.Complete, judged.Revision, judged.KnownAt));
    }

    [Fact]
    public async Task Rebuild_BetweenOtherRecordsOfOneCall_TellsWhatAllFlushesRecorded()
    {
        await FeedAsync();
        _warehouse.Spoil(IsFirstMinute, candle => candle with { High = new(7_777) });

        await ApplyAsync([LogRecord.OfTrade(Some.Trade(500, 7_201)), Some.Watermark(7_260), .. Whole, LogRecord.OfTrade(Some.Trade(501, 7_261)), Some.Watermark(7_320)]);

        var minutes = _pipeline!.TakeRecorded().Where(candle => candle.Timeframe == Timeframe.OneMinute).Select(candle => (candle.WindowStart, candle.Revision));
        Assert.Equal([(Some.Start.Add(TimeSpan.FromHours(2)), 0), (Some.Start, 1), (Some.Start.Add(TimeSpan.FromMinutes(121)), 0)], minutes);
    }

    [Fact]
    public async Task Rebuild_AFlushBehindItFails_WhatItRecordedIsToldByTheNextCall()
    {
        await FeedAsync();
        _warehouse.Spoil(IsFirstMinute, candle => candle with { High = new(7_777) });
        var flushes = 0;
        _warehouse.Fails = point => point == 0 && ++flushes == 2;
        var batch = Batch([.. Whole, LogRecord.OfTrade(Some.Trade(501, 7_261))]);
        await Assert.ThrowsAsync<Abstractions.K2Exception>(() => _pipeline!.ApplyAsync([batch], TestContext.Current.CancellationToken));

        await _pipeline!.ApplyAsync([batch], TestContext.Current.CancellationToken);

        Assert.Equal(1, Assert.Single(_pipeline.TakeRecorded(), IsFirstMinute).Revision);
    }

    [Fact]
    public async Task Rebuild_NothingIsWrong_WritesNothing()
    {
        await FeedAsync();
        _warehouse.Spoil(_ => true, candle => candle);
        var flushed = false;
        var before = _warehouse.CandleLines();
        await ApplyAsync(Whole);
        _warehouse.Spoil(
            candle => candle.Position.Offset >= _next - 1,
            candle =>
            {
                flushed = true;
                return candle;
            });

        Assert.False(flushed);
        Assert.Equal(before, _warehouse.CandleLines());
    }

    [Fact]
    public async Task Rebuild_AClosedCandleDiffers_ReplacesItAndRaisesItsRevisionOnce()
    {
        await FeedAsync();
        var before = _warehouse.CandleLines(withRevision: false);
        _warehouse.Spoil(IsFirstMinute, candle => candle with { High = new(7_777) });

        await ApplyAsync(Whole);
        await ApplyAsync(Whole);

        Assert.Equal(before, _warehouse.CandleLines(withRevision: false));
        Assert.Equal(1, Assert.Single(_warehouse.Revisions, candle => candle.Revision > 0).Revision);
    }

    [Fact]
    public async Task Rebuild_ItsFlushLostTheCheckpoint_WritesTheSameRowsAgain()
    {
        await FeedAsync();
        _warehouse.Spoil(IsFirstMinute, candle => candle with { High = new(7_777) });
        var failed = false;
        _warehouse.Fails = point => point == 1 && !failed && (failed = true);
        var batch = Batch(Whole);
        await Assert.ThrowsAsync<Abstractions.K2Exception>(() => _pipeline!.ApplyAsync([batch], TestContext.Current.CancellationToken));
        var before = _warehouse.CandleLines();

        await _pipeline!.ApplyAsync([batch], TestContext.Current.CancellationToken);

        Assert.Equal(before, _warehouse.CandleLines());
        Assert.All(_warehouse.Revisions.Where(candle => candle.Revision > 0), revision => Assert.Equal(1, revision.Revision));
    }

    [Fact]
    public async Task RestoredTrades_TheirIdsWereSeen_AreStoredAgainAndTheCandlesAreThoseOfBefore()
    {
        await FeedAsync();
        var (trades, before) = (_warehouse.Trades.ToList(), _warehouse.CandleLines());
        bool Lost(Domain.Trades.Trade trade) => trade.TradeId is >= 3 and <= 40;
        var lost = trades.Select(trade => trade.Trade).Where(Lost).ToArray();
        _warehouse.Lose(Lost, candle => candle.Timeframe == Timeframe.OneMinute && candle.WindowStart < Some.Start.Add(TimeSpan.FromMinutes(20)));

        await ApplyAsync([.. lost.Select(trade => LogRecord.OfRestoredTrade(trade)), .. Whole]);
        var afterOnce = _warehouse.CandleLines();

        Assert.Equal(trades.Select(trade => trade.Trade), _warehouse.Trades.Select(trade => trade.Trade).Take(trades.Count));
        Assert.Equal(before, afterOnce);
        Assert.DoesNotContain(_warehouse.Revisions, candle => candle.Revision > 0);
        Assert.Empty(_warehouse.Letters);

        var again = _warehouse.CandleLines();
        await ApplyAsync([.. lost.Select(trade => LogRecord.OfRestoredTrade(trade)), .. Whole]);
        Assert.Equal(again, _warehouse.CandleLines());
    }

    [Fact]
    public async Task Rebuild_AWindowHasNoTradeAnyMore_LeavesMemoryAndALateTradeMakesItAnew()
    {
        await FeedAsync();
        var last = Some.Start.Add(TimeSpan.FromSeconds(7_140));
        _warehouse.Lose(trade => trade.ExchangeTime >= last, candle => candle is { Timeframe: Timeframe.OneMinute } && candle.WindowStart == last);

        await ApplyAsync(Whole);

        Assert.DoesNotContain(_pipeline!.Book.Candles(), candle => candle.Timeframe == Timeframe.OneMinute && candle.WindowStart == last);
        await ApplyAsync(LogRecord.OfTrade(Some.Trade(500, 7_141, price: 5)), Some.Watermark(7_400));
        Assert.Contains(_warehouse.CandleLines(), line => line.StartsWith($"OneMinute|{last}|5|5|5|5|1|", StringComparison.Ordinal));
    }

    private static LogRecord[] Whole => [LogRecord.OfRebuild(Some.Start, Some.Start.Add(TimeSpan.FromHours(2)))];

    private static bool IsFirstMinute(Candle candle) => candle.Timeframe == Timeframe.OneMinute && candle.WindowStart == Some.Start;

    /// <summary>Two hours with a trade a minute: most windows have left memory at the end.</summary>
    private async Task FeedAsync()
    {
        _pipeline = await SymbolPipeline.OpenAsync(Some.Instrument, new CandleBookOptions(), _warehouse, _warehouse, _counters, NoProtocolProbe.Instance, TestContext.Current.CancellationToken);
        for (var minute = 0; minute < 120; minute++)
        {
            await ApplyAsync(LogRecord.OfTrade(Some.Trade(minute + 1, (minute * 60) + 1, price: 100 + (minute * 37 % 11))), Some.Watermark((minute + 1) * 60));
        }

        _pipeline.TakeRecorded();
    }

    private PackedBatch Batch(params LogRecord[] records)
    {
        var batch = Some.Batch(_next == 0 ? LogPosition.None : LogPosition.Create(1, _next - 1), LogPosition.Create(1, _next), records);
        _next += records.Length;
        return batch;
    }

    private async Task ApplyAsync(params LogRecord[] records) =>
        Assert.Equal(BatchOutcome.Applied, await _pipeline!.ApplyAsync([Batch(records)], TestContext.Current.CancellationToken));
}
