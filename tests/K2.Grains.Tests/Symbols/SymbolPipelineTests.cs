using K2.Abstractions;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;
using K2.Domain.Candles;
using K2.Domain.Log;
using K2.Grains.Symbols;

namespace K2.Grains.Tests.Symbols;

public sealed class SymbolPipelineTests : IDisposable
{
    private readonly FakeWarehouse _warehouse = new();
    private readonly PipelineCounters _counters = new();

    public void Dispose() => _counters.Dispose();

    [Fact]
    public async Task Apply_WhenABatchIsMissing_ReportsTheHoleAndStoresNothingBehindIt()
    {
        var pipeline = await OpenAsync();
        await ApplyAsync(pipeline, Some.Batch(LogPosition.None, At(0), LogRecord.OfTrade(Some.Trade(1, 1))));

        var outcome = await ApplyAsync(pipeline, Some.Batch(At(4), At(5), LogRecord.OfTrade(Some.Trade(6, 6))));

        Assert.Equal(BatchOutcome.Hole, outcome);
        Assert.Equal(At(0), pipeline.Book.Position);
        Assert.Single(_warehouse.Trades);
    }

    [Fact]
    public async Task Apply_WhenABatchComesAgain_ChangesNothing()
    {
        var pipeline = await OpenAsync();
        var batch = Some.Batch(LogPosition.None, At(0), LogRecord.OfTrade(Some.Trade(1, 1)), Some.Watermark(2));
        await ApplyAsync(pipeline, batch);
        var candles = _warehouse.CandleLines();

        await ApplyAsync(pipeline, batch);

        Assert.Equal(candles, _warehouse.CandleLines());
        Assert.Equal(1, _counters[PipelineStage.Delivered]);
        Assert.Equal(1, _counters[PipelineStage.New]);
    }

    [Fact]
    public async Task Apply_WhenAKnownIdHasAnotherPrice_KeepsTheFirstAndWritesOneDeadLetter()
    {
        var pipeline = await OpenAsync();
        await ApplyAsync(pipeline, Some.Batch(LogPosition.None, At(0), LogRecord.OfTrade(Some.Trade(1, 1, price: 100))));

        await ApplyAsync(pipeline, Some.Batch(At(0), At(1), LogRecord.OfTrade(Some.Trade(1, 1, price: 101)), LogRecord.OfTrade(Some.Trade(1, 1, price: 100))));
        await ApplyAsync(pipeline, Some.Batch(At(2), At(3), LogRecord.OfTrade(Some.Trade(1, 1, price: 101))));

        var letter = Assert.Single(_warehouse.Letters);
        Assert.Equal("id-conflict", letter.Reason);
        Assert.Equal(RecordCodec.Encode(Some.Instrument, [LogRecord.OfTrade(Some.Trade(1, 1, price: 101))]), letter.Original.ToArray());
        Assert.Equal(100, Assert.Single(_warehouse.Trades).Trade.Price.Mantissa);
        Assert.Equal(2, _counters[PipelineStage.Conflicts]);
        Assert.Equal(1, _counters[PipelineStage.Duplicates]);
    }

    [Fact]
    public async Task Apply_WhenAnIdIsRepeated_ItIsComparedWithTheLastTwoFlushes_AndFromThenOnWithTheWarehouse()
    {
        var pipeline = await OpenAsync();
        for (var i = 0; i < 2; i++) await ApplyAsync(pipeline, Some.Batch(i == 0 ? LogPosition.None : At(i - 1), At(i), LogRecord.OfTrade(Some.Trade(i + 1, i + 1, price: 100))));

        await ApplyAsync(pipeline, Some.Batch(At(1), At(2), LogRecord.OfTrade(Some.Trade(1, 1, price: 101))));
        Assert.Equal((0, 1), (_warehouse.Searches, _warehouse.Letters.Count));

        for (var i = 3; i < 5; i++) await ApplyAsync(pipeline, Some.Batch(At(i - 1), At(i), LogRecord.OfTrade(Some.Trade(i, i, price: 100))));
        await ApplyAsync(pipeline, Some.Batch(At(4), At(5), LogRecord.OfTrade(Some.Trade(1, 1, price: 102))));
        Assert.Equal((1, 2), (_warehouse.Searches, _warehouse.Letters.Count));
    }

    [Fact]
    public async Task Apply_WhenAnEntryIsDamaged_KeepsItAsADeadLetterAndGoesOn()
    {
        var pipeline = await OpenAsync();
        var damaged = new PackedBatch(Some.Instrument.Id.ToString(), 0, [new PackedRecords(At(0).Version, 3, [1, 2, 3])]);

        var first = await ApplyAsync(pipeline, damaged);
        var second = await ApplyAsync(pipeline, Some.Batch(At(2), At(3), LogRecord.OfTrade(Some.Trade(1, 1))));

        Assert.Equal((BatchOutcome.Applied, BatchOutcome.Applied), (first, second));
        Assert.Equal("corrupt-log-entry", Assert.Single(_warehouse.Letters).Reason);
        Assert.Single(_warehouse.Trades);
        Assert.Equal(At(3), pipeline.Book.Position);
    }

    [Fact]
    public async Task Apply_WhenATradeIsOfTheOtherKind_KeepsItAsADeadLetterAndGoesOn()
    {
        var pipeline = await OpenAsync();

        await ApplyAsync(pipeline, Some.Batch(LogPosition.None, At(0), LogRecord.OfTrade(Some.Trade(1, 1)), LogRecord.OfTrade(Some.Trade(2, 2) with { Kind = K2.Domain.Trades.TradeKind.Aggregate })));
        await ApplyAsync(pipeline, Some.Batch(At(1), At(2), LogRecord.OfTrade(Some.Trade(3, 3))));

        Assert.Equal("other-trade-kind", Assert.Single(_warehouse.Letters).Reason);
        Assert.Equal(2, _warehouse.Trades.Count);
    }

    [Fact]
    public async Task Apply_WhenTheLogHasANewEpoch_TakesWhatTheWarehouseHoldsBeyondTheCheckpoint()
    {
        var pipeline = await OpenAsync();
        await ApplyAsync(pipeline, Some.Batch(LogPosition.None, At(0), LogRecord.OfTrade(Some.Trade(1, 1, quantity: 1))));
        _warehouse.Seed(new PositionedTrade(At(1), Some.Trade(2, 2, quantity: 10))); // Its checkpoint, and then the log, were lost.

        await ApplyAsync(pipeline, Some.Batch(LogPosition.None, At(0, epoch: 2), LogRecord.OfTrade(Some.Trade(2, 2, quantity: 10)), LogRecord.OfTrade(Some.Trade(3, 3, quantity: 100)), Some.Watermark(4)));

        Assert.Contains(_warehouse.CandleLines(), line => line.StartsWith("OneMinute|", StringComparison.Ordinal) && line.Contains("|111|", StringComparison.Ordinal));
        Assert.Equal(3, _warehouse.Trades.Count);
    }

    [Fact]
    public async Task Apply_WhenATradeIsLateForAnEvictedWindow_RevisesTheCandleFromTheStoredTrades()
    {
        var pipeline = await OpenAsync();
        await ApplyAsync(pipeline, Some.Batch(LogPosition.None, At(0), LogRecord.OfTrade(Some.Trade(1, 1, 100)), LogRecord.OfTrade(Some.Trade(3, 5, 300)), Some.Watermark(60)));
        await ApplyAsync(pipeline, Some.Batch(At(2), At(3), LogRecord.OfTrade(Some.Trade(4, 4000, 400)), Some.Watermark(4001)));
        Assert.DoesNotContain(pipeline.Book.Candles(), candle => candle.Timeframe == Timeframe.OneMinute && candle.WindowStart == Some.Start);

        await ApplyAsync(pipeline, Some.Batch(At(4), At(5), LogRecord.OfTrade(Some.Trade(2, 3, 50))));

        var minute = _warehouse.CandleLines().Single(line => line.StartsWith($"OneMinute|{Some.Start}|", StringComparison.Ordinal));
        Assert.StartsWith($"OneMinute|{Some.Start}|100|300|50|300|3|450|3|", minute, StringComparison.Ordinal);
        Assert.EndsWith("|1", minute, StringComparison.Ordinal);
        Assert.Equal(1, _counters[PipelineStage.Late]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Apply_WithFaultsRestartsAndOtherBatches_EndsWithTheRowsOfOnePass(int seed)
    {
        var random = new Random(seed);
        var records = Records(random);
        using var counters = new PipelineCounters();
        var once = new FakeWarehouse();
        var straight = await SymbolPipeline.OpenAsync(Some.Instrument, new CandleBookOptions(), once, once, counters, NoProtocolProbe.Instance, TestContext.Current.CancellationToken);
        Assert.Equal(BatchOutcome.Applied, await straight.ApplyAsync([Some.Batch(LogPosition.None, At(0), records)], TestContext.Current.CancellationToken));

        _warehouse.Fails = _ => random.Next(6) == 0;
        var pipeline = await OpenAsync();
        for (var next = 0; next < records.Length;)
        {
            // Delivered again from anywhere at or below what is durable, as after a crash; in batches of any size.
            var from = Math.Max(0, next - random.Next(30));
            var count = Math.Min(records.Length - from, 1 + random.Next(80));
            try
            {
                var previous = from == 0 ? LogPosition.None : At(from - 1);
                Assert.Equal(BatchOutcome.Applied, await ApplyAsync(pipeline, Some.Batch(previous, At(from), records[from..(from + count)])));
                next = Math.Max(next, from + count);
            }
            catch (K2Exception)
            {
                if (random.Next(2) == 0) pipeline = await OpenAsync();
                next = pipeline.Book.Position == LogPosition.None ? 0 : (int)pipeline.Book.Position.Offset + 1;
            }
        }

        Assert.Equal(once.CandleLines(), _warehouse.CandleLines());
        Assert.Equal(once.Trades.Select(trade => trade.Trade), _warehouse.Trades.Select(trade => trade.Trade));
    }

    /// <summary>Trades mostly in order, some late by minutes, some twice; watermarks between; a final watermark.</summary>
    private static LogRecord[] Records(Random random)
    {
        var records = new List<LogRecord>();
        var late = new Queue<long>();
        for (long id = 1; id <= 600; id++)
        {
            if (random.Next(20) == 0)
            {
                late.Enqueue(id);
                continue;
            }

            records.Add(LogRecord.OfTrade(Some.Trade(id, id * 1.5, 100 + random.Next(50), 1 + random.Next(9))));
            if (random.Next(25) == 0) records.Add(records[^1]);
            if (random.Next(10) == 0) records.Add(Some.Watermark(id * 1.5));
            if (late.Count > 0 && random.Next(15) == 0)
            {
                var missed = late.Dequeue();
                records.Add(LogRecord.OfTrade(Some.Trade(missed, missed * 1.5, 70, 3)));
            }
        }

        while (late.TryDequeue(out var missed)) records.Add(LogRecord.OfTrade(Some.Trade(missed, missed * 1.5, 70, 3)));
        records.Add(Some.Watermark(600 * 1.5));
        return [.. records];
    }

    private static LogPosition At(long offset, int epoch = 1) => LogPosition.Create(epoch, offset);

    private Task<SymbolPipeline> OpenAsync() => SymbolPipeline.OpenAsync(Some.Instrument, new CandleBookOptions(), _warehouse, _warehouse, _counters, NoProtocolProbe.Instance, TestContext.Current.CancellationToken);

    private static Task<BatchOutcome> ApplyAsync(SymbolPipeline pipeline, PackedBatch batch) => pipeline.ApplyAsync([batch], TestContext.Current.CancellationToken);
}
