using K2.Abstractions.Cold;
using K2.Abstractions.Cold.Tables;
using K2.Abstractions.Log;
using K2.ColdTier.Parquet;
using K2.Domain;
using K2.Domain.Log;

namespace K2.Cli.Bench.Cold;

/// <summary>A ledger in the place of a warehouse and of the log's committed positions.</summary>
internal sealed class LedgerSource(ColdLedger ledger) : IColdSource, ILog
{
    private const int BlockRows = 300;

    public IReadOnlyList<LogTopic> Topics { get; } = [new LogTopic(TopicNames.Raw(Domain.Instruments.Exchange.Binance), 2), new LogTopic(TopicNames.Raw(Domain.Instruments.Exchange.Kraken), 2)];

    public Task<IReadOnlyDictionary<string, long>> CheckpointsAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyDictionary<string, long>>(ledger.Ends(ofRawLog: false));

    public Task<IReadOnlyList<ColdSlice>> SlicesAsync(ColdTable table, IReadOnlyList<ColdRange> ranges, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ColdSlice>>([.. Select(table, ranges).GroupBy(row => (row.Day, row.Exchange, row.Key)).Select(group => new ColdSlice(group.Key.Day, group.Key.Exchange, group.Key.Key, group.Count())).OrderBy(slice => (slice.Day, slice.Exchange))]);

    public Task<Stream> OpenAsync(ColdTable table, int day, string exchange, IReadOnlyList<ColdRange>? ranges, bool ordered, CancellationToken cancellationToken)
    {
        // The order of the table, by the same comparison that merges files: an engine of its own sorts in the tests with ClickHouse.
        var block = LedgerRows.ToBlock(table, [.. Select(table, ranges).Where(row => row.Day == day && row.Exchange == exchange)]);
        var order = Enumerable.Range(0, block.Rows).ToList();
        order.Sort((left, right) => block.Compare(left, block, right));
        var native = new MemoryStream();
        foreach (var part in order.Chunk(BlockRows))
        {
            var sorted = new RowBlock(table);
            sorted.Reset(part.Length);
            foreach (var row in part) sorted.Append(block, row);
            NativeWriter.Write(sorted, native);
        }

        native.Position = 0;
        return Task.FromResult<Stream>(native);
    }

    public Task<IReadOnlyList<IReadOnlyList<ColdRange>>> PortionsAsync(ColdTable table, int day, string exchange, IReadOnlyList<ColdRange> ranges, long most, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<IReadOnlyList<ColdRange>>>([ranges]);

    public Task<long> BorderAsync(ColdTable table, ColdRange range, long most, CancellationToken cancellationToken) =>
        Task.FromResult(Select(table, [range]).Select(row => row.Position).Order().Skip((int)Math.Min(most, int.MaxValue) - 1).Append(range.To).First());

    public Task<long> CountAsync(ColdTable table, int? day, string? exchange, IReadOnlyList<ColdRange>? ranges, CancellationToken cancellationToken) =>
        Task.FromResult(Select(table, ranges).LongCount(row => (day is null || row.Day == day) && (exchange is null || row.Exchange == exchange)));

    public Task<long> CountStoredAsync(ColdTable table, int day, string exchange, IReadOnlyList<ColdRange> ranges, CancellationToken cancellationToken) => CountAsync(table, day, exchange, ranges, cancellationToken);

    public Task<Timestamp?> FirstBeyondAsync(ColdTable table, IReadOnlyDictionary<string, long> positions, CancellationToken cancellationToken) =>
        Task.FromResult(Earliest(table, ledger.Rows(table).Where(row => !positions.TryGetValue(row.Key, out var position) || row.Position > position)));

    public Task<Timestamp?> UnbrokenSinceAsync(ColdTable table, CancellationToken cancellationToken)
    {
        var days = ledger.Rows(table).Select(row => row.Day).ToHashSet();
        var first = days.DefaultIfEmpty().Max();
        while (days.Contains(first - 1)) first--;
        return Task.FromResult(Earliest(table, ledger.Rows(table).Where(row => row.Day >= first)));
    }

    public Task<Timestamp?> ClockAsync(CancellationToken cancellationToken) => Task.FromResult<Timestamp?>(new Timestamp(ledger.Clock));

    public Task<IReadOnlyDictionary<string, long>> HighestRawPositionsAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyDictionary<string, long>>(ledger.Ends(ofRawLog: true));

    public Task InsertAsync(ColdTable table, MemoryStream native, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task LogAsync(ColdExportEntry entry, CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask<LogPosition> CommittedAsync(string topic, int partition, CancellationToken cancellationToken)
    {
        var exchange = topic == Topics[0].Name ? "binance" : "kraken";
        return ValueTask.FromResult(ledger.Ends(ofRawLog: true).TryGetValue($"{exchange}/{partition}", out var last) ? new LogPosition(last + 1) : LogPosition.None);
    }

    public int PartitionOf(string topic, string key) => throw new NotSupportedException();

    public Task<IReadOnlyList<LogPosition>> AppendAsync(IReadOnlyList<LogAppend> batches, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ILogReader OpenReader(string topic, int partition, LogPosition from) => throw new NotSupportedException();

    public ValueTask<LogPosition> EarliestAsync(string topic, int partition, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<LogPosition> EndAsync(string topic, int partition, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask CommitAsync(string topic, int partition, LogPosition next, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static Timestamp? Earliest(ColdTable table, IEnumerable<LedgerRow> rows)
    {
        var column = table.Columns.ToList().FindIndex(column => column.Name == table.DayOf);
        var times = rows.Select(row => (long)row.Values[column]!).ToList();
        return times.Count == 0 ? null : new Timestamp(times.Min());
    }

    private IEnumerable<LedgerRow> Select(ColdTable table, IReadOnlyList<ColdRange>? ranges)
    {
        if (ranges is null) return ledger.Rows(table);
        var byKey = ranges.ToDictionary(range => range.Key, StringComparer.Ordinal);
        return ledger.Rows(table).Where(row => byKey.TryGetValue(row.Key, out var range) && row.Position > (range.From ?? -1) && row.Position <= range.To);
    }
}
