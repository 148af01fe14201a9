using K2.Abstractions;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Warehouse;
using K2.Domain.Candles;
using K2.Domain.Log;
using K2.Grains.Symbols;
using K2.TestKit.Warehouse;

namespace K2.Grains.Tests.Symbols;

/// <summary>Takes a log through the real pipeline, with whatever the seed lets go wrong, while a consumer follows the events.</summary>
internal sealed class CorrectionRun(Random random, CandleBookOptions options, bool hasFaults)
{
    private readonly Dictionary<(Timeframe Timeframe, Domain.Timestamp Start), int> _told = [];
    private LogPosition _cursor;

    public InMemoryWarehouse Warehouse { get; } = new();

    /// <summary>What the consumer was told, repeats removed as K2Client does.</summary>
    public List<Candle> Events { get; } = [];

    public int Faults { get; private set; }

    public async Task<CorrectionRun> RunAsync(IReadOnlyList<LogRecord> records, CancellationToken cancellationToken)
    {
        using var counters = new PipelineCounters();
        if (hasFaults) Warehouse.Fault = _ => random.Next(5) == 0 ? Count((WarehouseFault)random.Next(1, 6)) : WarehouseFault.None;
        var pipeline = await OpenAsync(counters, cancellationToken);
        for (var next = 0; next < records.Count;)
        {
            // As after a crash: delivered again from anywhere at or below what is durable, in batches of any size. The last records stand alone.
            var from = hasFaults ? Math.Max(0, next - random.Next(20)) : next;
            var count = hasFaults ? Math.Min(records.Count - from, 1 + random.Next(40)) : records.Count - from;
            if (from + count > records.Count - 2) count = Math.Max(1, records.Count - 2 - from);
            try
            {
                await pipeline.ApplyAsync([Some.Batch(from == 0 ? LogPosition.None : LogPosition.Create(1, from - 1), LogPosition.Create(1, from), [.. records.Skip(from).Take(count)])], cancellationToken);
                next = Math.Max(next, from + count);
                if (hasFaults && random.Next(15) == 0) pipeline = await OpenAsync(counters, cancellationToken);
            }
            catch (K2Exception)
            {
                // A failed flush leaves the batch to come again, to this activation or to another one.
                if (random.Next(2) == 0) pipeline = await OpenAsync(counters, cancellationToken);
                next = pipeline.Book.Position == LogPosition.None ? 0 : (int)pipeline.Book.Position.Offset + 1;
            }

            if (random.Next(4) == 0) await FollowAsync(cancellationToken);
        }

        await FollowAsync(cancellationToken);
        return this;
    }

    public async Task<List<Candle>> RowsAsync(CancellationToken cancellationToken)
    {
        var rows = new List<Candle>();
        foreach (var timeframe in Timeframes.All)
        {
            await foreach (var row in Warehouse.ReadCandlesAsync(new CandleQuery(Some.Instrument.Id, timeframe, null, null, 10_000, false), cancellationToken)) rows.Add(row with { Position = LogPosition.None });
        }

        return rows;
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        for (var hasMore = true; hasMore;)
        {
            var page = await Warehouse.ReadCandleEventsAsync(new CandleEventQuery(Some.Instrument.Id, null, _cursor, 1 + random.Next(8)), cancellationToken);
            foreach (var row in page.Rows)
            {
                if (_told.TryGetValue((row.Timeframe, row.WindowStart), out var revision) && row.Revision <= revision) continue;
                _told[(row.Timeframe, row.WindowStart)] = row.Revision;
                Events.Add(row);
            }

            (_cursor, hasMore) = (page.UpTo, page.HasMore);
        }
    }

    private WarehouseFault Count(WarehouseFault fault)
    {
        Faults++;
        return fault;
    }

    private Task<SymbolPipeline> OpenAsync(PipelineCounters counters, CancellationToken cancellationToken) =>
        SymbolPipeline.OpenAsync(Some.Instrument, options, Warehouse, Warehouse, counters, NoProtocolProbe.Instance, cancellationToken);
}
