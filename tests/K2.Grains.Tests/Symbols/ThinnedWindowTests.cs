using K2.Abstractions.Diagnostics;
using K2.Abstractions.Warehouse;
using K2.Domain.Candles;
using K2.Domain.Log;
using K2.Grains.Symbols;
using K2.TestKit.Warehouse;

namespace K2.Grains.Tests.Symbols;

/// <summary>Where stored trades are gone although the horizon has not reached them, a late trade must not make a candle smaller.</summary>
public sealed class ThinnedWindowTests : IDisposable
{
    private readonly InMemoryWarehouse _warehouse = new();
    private readonly PipelineCounters _counters = new();
    private long _offset = -1;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _counters.Dispose();

    [Fact]
    public async Task LateTrade_WhereStoredTradesAreGone_LeavesTheCandleAndWaitsInDeadLetters()
    {
        var pipeline = await FilledAsync();
        var before = await MinuteAsync();
        _warehouse.Drop(Some.Instrument.Id, Some.Start, Some.Start.Add(TimeSpan.FromSeconds(2)));
        var late = Some.Trade(3, 3, 50);

        await ApplyAsync(pipeline, LogRecord.OfTrade(late));
        await ApplyAsync(pipeline, LogRecord.OfTrade(late));

        Assert.Equal(3, before.TradeCount);
        Assert.Equal(before, await MinuteAsync());
        var letter = Assert.Single(_warehouse.Letters);
        Assert.Equal(("beyond-horizon", late), (letter.Reason, RecordCodec.Read(letter.Original.Span, 0).Trade));
        Assert.DoesNotContain(_warehouse.History(Some.Instrument.Id), row => row.Revision > 0);
    }

    [Fact]
    public async Task LateTrade_WhereAllStoredTradesAreThere_RevisesTheCandle()
    {
        var pipeline = await FilledAsync();

        await ApplyAsync(pipeline, LogRecord.OfTrade(Some.Trade(3, 3, 50)));

        Assert.Equal((4L, 1), ((await MinuteAsync()).TradeCount, (await MinuteAsync()).Revision));
        Assert.Empty(_warehouse.Letters);
    }

    [Theory]
    [InlineData(40, 3)]
    [InlineData(0, 2)]
    public async Task Rebuild_WhereStoredTradesAreGone_MakesNoCandleSmallerBeyondTheHorizon(int daysLater, int trades)
    {
        var pipeline = await FilledAsync();
        await ApplyAsync(pipeline, Some.Watermark(100_000 + (daysLater * 86_400)));
        _warehouse.Drop(Some.Instrument.Id, Some.Start, Some.Start.Add(TimeSpan.FromSeconds(2)));

        await ApplyAsync(pipeline, LogRecord.OfRebuild(Some.Start, Some.Start.Add(TimeSpan.FromMinutes(1))));

        // Within it the trades are what counts: there they do not leave.
        Assert.Equal(trades, (await MinuteAsync()).TradeCount);
    }

    /// <summary>A minute of three trades that closed and left memory.</summary>
    private async Task<SymbolPipeline> FilledAsync()
    {
        var options = new CandleBookOptions { RetainClosed = TimeSpan.Zero, MaxRetainedPerTimeframe = 0 };
        var pipeline = await SymbolPipeline.OpenAsync(Some.Instrument, options, _warehouse, _warehouse, _counters, NoProtocolProbe.Instance, Token);
        await ApplyAsync(pipeline, LogRecord.OfTrade(Some.Trade(1, 1)), LogRecord.OfTrade(Some.Trade(2, 2)), LogRecord.OfTrade(Some.Trade(4, 4)), Some.Watermark(100_000));
        return pipeline;
    }

    private async Task<Candle> MinuteAsync() =>
        await _warehouse.ReadCandlesAsync(new CandleQuery(Some.Instrument.Id, Timeframe.OneMinute, null, null, 10, false), Token).SingleAsync(Token);

    private async Task ApplyAsync(SymbolPipeline pipeline, params LogRecord[] records)
    {
        var previous = _offset < 0 ? LogPosition.None : LogPosition.Create(1, _offset);
        await pipeline.ApplyAsync([Some.Batch(previous, LogPosition.Create(1, _offset + 1), records)], Token);
        _offset += records.Length;
    }
}
