using K2.Abstractions.Cold;
using K2.Abstractions.Cold.Tables;
using K2.Domain;
using K2.Domain.Instruments;
using Xunit;

namespace K2.TestKit.Cold;

/// <summary>
/// What every <see cref="IColdSource"/> answers about the rows that it holds, whatever they are: the source is asked in several ways, and the answers must agree. It must hold trades of several
/// symbols, days and exchanges with their candles, and frames. Inserting and the export's record are left to the tests of restores and exports.
/// </summary>
public abstract class ColdSourceConformance
{
    /// <summary>The tables that are asked for.</summary>
    protected abstract IReadOnlyList<ColdTable> Tables { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Returns a source with rows.</summary>
    protected abstract IColdSource Source();

    [Fact]
    public async Task Slices_NameTheDaysAndExchanges_InWhichAllRowsAre()
    {
        var source = Source();
        foreach (var table in Tables)
        {
            var ranges = await AllAsync(source, table);
            var slices = await source.SlicesAsync(table, ranges, Token);
            long sum = 0;
            foreach (var partition in slices.GroupBy(slice => (slice.Day, slice.Exchange)))
            {
                var rows = await RowsAsync(source, table, partition.Key, ranges, ordered: false);
                Assert.All(rows, row => Assert.Equal(partition.Key, (DayOf(table, row), table.HasExchange ? (string)row["exchange"]! : partition.Key.Exchange)));
                Assert.Equal(rows.Count, await source.CountAsync(table, partition.Key.Day, partition.Key.Exchange, ranges, Token));
                if (table.Layer == ColdLayer.Silver) Assert.True(await source.CountStoredAsync(table, partition.Key.Day, partition.Key.Exchange, ranges, Token) >= rows.Count, $"{table.Name}: {partition.Key} has more rows than are stored");
                if (table.Layer != ColdLayer.Bronze) Assert.True(partition.Sum(slice => slice.Rows) >= rows.Count, $"{table.Name}: the slices of {partition.Key} are too small");
                sum += rows.Count;
            }

            Assert.NotEqual(0, sum);
            Assert.All(slices, slice => Assert.Contains(slice.Key, ranges.Select(range => range.Key)));
            Assert.Equal(sum, await source.CountAsync(table, null, null, ranges, Token));
            Assert.True(await source.CountAsync(table, null, null, null, Token) >= sum, table.Name);
        }
    }

    [Fact]
    public async Task Open_Ordered_IsInTheOrderOfTheTable_AndOtherwiseTheSame()
    {
        var source = Source();
        foreach (var table in Tables)
        {
            var ranges = await AllAsync(source, table);
            foreach (var partition in (await source.SlicesAsync(table, ranges, Token)).Select(slice => (slice.Day, slice.Exchange)).Distinct())
            {
                var ordered = await RowsAsync(source, table, partition, ranges, ordered: true);
                Assert.Equal(ordered.OrderBy(row => row, new Order(table)), ordered);
                Assert.Equal(Words(table, await RowsAsync(source, table, partition, ranges, ordered: false)), Words(table, ordered));
                Assert.Equal(ordered.Count, Words(table, ordered).Distinct().Count());
            }
        }
    }

    [Fact]
    public async Task Ranges_BeginBehindFromAndEndWithTo()
    {
        var source = Source();
        foreach (var table in Tables)
        {
            foreach (var range in await AllAsync(source, table))
            {
                // The epoch stands above the offset.
                var middle = range.To - ((range.To & 0xFFFF_FFFF_FFFF) / 2);
                var whole = await source.CountAsync(table, null, null, [range], Token);
                var first = await source.CountAsync(table, null, null, [range with { To = middle }], Token);
                var second = await source.CountAsync(table, null, null, [range with { From = middle }], Token);
                Assert.Equal((table.Name, range.Key, whole), (table.Name, range.Key, first + second));
                Assert.Equal(0, await source.CountAsync(table, null, null, [range with { From = range.To }], Token));
                foreach (var row in await PositionedAsync(source, table, range with { From = middle })) Assert.InRange(row, middle + 1, range.To);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(long.MaxValue / 2)]
    public async Task Portions_TogetherHoldEveryRowOnce(long most)
    {
        var source = Source();
        foreach (var table in Tables)
        {
            var ranges = await AllAsync(source, table);
            foreach (var partition in (await source.SlicesAsync(table, ranges, Token)).Select(slice => (slice.Day, slice.Exchange)).Distinct())
            {
                var portions = await source.PortionsAsync(table, partition.Day, partition.Exchange, ranges, most, Token);
                var rows = new List<IReadOnlyDictionary<string, object?>>();
                foreach (var portion in portions) rows.AddRange(await RowsAsync(source, table, partition, portion, ordered: false));

                Assert.Equal(Words(table, await RowsAsync(source, table, partition, ranges, ordered: false)), Words(table, rows));
                if (most > rows.Count) Assert.Single(portions);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(long.MaxValue / 2)]
    public async Task Border_StepByStep_DividesTheRawLogIntoPortionsWithRows(long most)
    {
        var source = Source();
        foreach (var table in Tables.Where(table => table.Layer == ColdLayer.Raw))
        {
            foreach (var range in await AllAsync(source, table))
            {
                var (rows, steps, left) = (0L, 0, range);
                while (left.From is not { } from || from < range.To)
                {
                    var portion = left with { To = await source.BorderAsync(table, left, most, Token) };
                    Assert.InRange(portion.To, (left.From ?? -1) + 1, range.To);
                    var count = await source.CountAsync(table, null, null, [portion], Token);
                    Assert.True(count > 0 || portion.To == range.To, $"{table.Name} {portion}: no row, though there are more");
                    (rows, steps, left) = (rows + count, steps + 1, left with { From = portion.To });
                }

                Assert.Equal(await source.CountAsync(table, null, null, [range], Token), rows);
                if (most > rows) Assert.Equal(1, steps);
            }
        }
    }

    [Fact]
    public async Task NoRangesAndUnknownOnes_HoldNothing()
    {
        var source = Source();
        foreach (var table in Tables)
        {
            ColdRange[] unknown = [new(table.IsOfRawLog ? "binance/77" : "binance:NONE/USDT", null, long.MaxValue)];
            Assert.Empty(await source.SlicesAsync(table, [], Token));
            Assert.Empty(await source.SlicesAsync(table, unknown, Token));
            Assert.Equal(0, await source.CountAsync(table, null, null, [], Token));
            Assert.Equal(0, await source.CountAsync(table, null, null, unknown, Token));
            Assert.Empty(await RowsAsync(source, table, (1, "binance"), null, ordered: true));
        }
    }

    [Fact]
    public async Task FirstBeyond_IsTheEarliestRowAboveThePositions()
    {
        var source = Source();
        foreach (var table in Tables)
        {
            var ranges = await AllAsync(source, table);
            var times = (await AllRowsAsync(source, table, ranges)).Select(row => (long)row[table.DayOf]!).ToList();
            var beyond = await source.FirstBeyondAsync(table, new Dictionary<string, long>(), Token);
            Assert.NotNull(beyond);

            // A frame may hold no trade, and stands in a chunk with others.
            if (table.IsOfRawLog) Assert.True(beyond.Value.Microseconds <= times.Min(), table.Name);
            else Assert.Equal(times.Min(), beyond.Value.Microseconds);

            // An open candle may change whatever its position.
            if (table.Layer != ColdLayer.Gold) Assert.Null(await source.FirstBeyondAsync(table, ranges.ToDictionary(range => range.Key, range => range.To, StringComparer.Ordinal), Token));
            Assert.NotNull(await source.FirstBeyondAsync(table, ranges.Skip(1).ToDictionary(range => range.Key, range => range.To, StringComparer.Ordinal), Token));
        }
    }

    [Fact]
    public async Task UnbrokenSince_IsTheFirstRowBehindTheLastDayWithoutRows()
    {
        var source = Source();
        var table = ColdTables.SilverTrades;
        var times = (await AllRowsAsync(source, table, await AllAsync(source, table))).Select(row => (long)row[table.DayOf]!).ToList();
        var days = times.Select(time => time / TimeSpan.MicrosecondsPerDay).ToHashSet();
        var first = days.Max();
        while (days.Contains(first - 1)) first--;

        Assert.Equal(times.Where(time => time / TimeSpan.MicrosecondsPerDay >= first).Min(), (await source.UnbrokenSinceAsync(table, Token))!.Value.Microseconds);
    }

    [Fact]
    public async Task Clock_IsTheNewestTradesTime()
    {
        var source = Source();
        var rows = await AllRowsAsync(source, ColdTables.SilverTrades, await AllAsync(source, ColdTables.SilverTrades));

        Assert.Equal(new Timestamp(rows.Max(row => (long)row["timestamp"]!)), await source.ClockAsync(Token));
    }

    private static async Task<IReadOnlyList<ColdRange>> AllAsync(IColdSource source, ColdTable table)
    {
        var ends = table.IsOfRawLog ? await source.HighestRawPositionsAsync(Token) : await source.CheckpointsAsync(Token);
        return [.. ends.Where(end => table.Layer != ColdLayer.Bronze || end.Key.StartsWith(table.Exchange.ToName() + "/", StringComparison.Ordinal)).Select(end => new ColdRange(end.Key, null, end.Value))];
    }

    private static async Task<IReadOnlyList<IReadOnlyDictionary<string, object?>>> RowsAsync(IColdSource source, ColdTable table, (int Day, string Exchange) partition, IReadOnlyList<ColdRange>? ranges, bool ordered) =>
        await NativeRows.ReadAsync(table, await source.OpenAsync(table, partition.Day, partition.Exchange, ranges, ordered, Token), Token);

    private static async Task<List<IReadOnlyDictionary<string, object?>>> AllRowsAsync(IColdSource source, ColdTable table, IReadOnlyList<ColdRange> ranges)
    {
        var rows = new List<IReadOnlyDictionary<string, object?>>();
        foreach (var partition in (await source.SlicesAsync(table, ranges, Token)).Select(slice => (slice.Day, slice.Exchange)).Distinct()) rows.AddRange(await RowsAsync(source, table, partition, ranges, ordered: false));
        return rows;
    }

    // Frames do not show their positions.
    private static async Task<IEnumerable<long>> PositionedAsync(IColdSource source, ColdTable table, ColdRange range) =>
        table.IsOfRawLog ? [] : (await AllRowsAsync(source, table, [range])).Select(row => (long)row["version"]!);

    private static int DayOf(ColdTable table, IReadOnlyDictionary<string, object?> row) => (int)((long)row[table.DayOf]! / TimeSpan.MicrosecondsPerDay);

    private static IEnumerable<string> Words(ColdTable table, IEnumerable<IReadOnlyDictionary<string, object?>> rows) =>
        rows.Select(row => string.Join('|', table.Columns.Select(column => row[column.Name]))).Order(StringComparer.Ordinal);

    private sealed class Order(ColdTable table) : IComparer<IReadOnlyDictionary<string, object?>>
    {
        public int Compare(IReadOnlyDictionary<string, object?>? left, IReadOnlyDictionary<string, object?>? right)
        {
            foreach (var name in table.SortedBy)
            {
                // Nulls come first, and texts by their bytes.
                var order = (left![name], right![name]) is (string one, string other) ? string.CompareOrdinal(one, other) : Comparer<object>.Default.Compare(left[name]!, right[name]!);
                if (order != 0) return order;
            }

            return 0;
        }
    }
}
