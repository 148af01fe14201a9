using CsCheck;
using K2.ColdTier.Parquet;

namespace K2.ColdTier.Tests.Parquet;

public sealed class MergedRowsTests
{
    [Fact]
    public void SortedSources_GiveOneOrder() => Rows.Any.Array[1, 5].Sample(
        sources =>
        {
            var merged = new MergedRows(Rows.Table, [.. sources.Select(rows => new Sorted(rows, 7))]);
            var words = Rows.Words(merged);
            Assert.Equal(sources.SelectMany(rows => Rows.Words(Rows.Block(rows))).Order(StringComparer.Ordinal), words.Order(StringComparer.Ordinal));

            var again = new MergedRows(Rows.Table, [.. sources.Select(rows => new Sorted(rows, 3))]);
            RowBlock? last = null;
            while (again.Next())
            {
                for (var row = 1; row < again.Block.Rows; row++) Assert.True(again.Block.Compare(row - 1, again.Block, row) <= 0);
                last ??= again.Block;
            }
        },
        iter: 50);

    [Fact]
    public void NewestOnly_TakesTheHighestVersion_AndOfEqualOnesTheFirstSources()
    {
        object?[] Row(long id, long version, int epoch) => ["x"u8.ToArray(), "s"u8.ToArray(), 5L, id, (Int128)1, epoch, true, Array.Empty<byte>(), Array.Empty<byte[]>(), Array.Empty<(byte[], byte[])>(), null, null, null, null, null, 0L, version];

        var merged = new MergedRows(Rows.Table, [new Sorted([Row(1, 10, 0), Row(2, 10, 0), Row(3, 10, 0)], 2), new Sorted([Row(1, 9, 1), Row(2, 11, 1), Row(3, 10, 1), Row(4, 1, 1)], 2), new Sorted([Row(2, 12, 2)], 2)], newestOnly: true);
        Assert.True(merged.Next());
        Assert.Equal([(1L, 10L, 0), (2, 12, 2), (3, 10, 0), (4, 1, 1)], Enumerable.Range(0, merged.Block.Rows).Select(row => (merged.Block["trade_id"].Longs[row], merged.Block["version"].Longs[row], merged.Block["epoch"].Ints[row])));
        Assert.False(merged.Next());
    }

    [Fact]
    public void Checksum_IsOfTheRowsInAnyOrder_AndOfEveryValueButStamps() => Rows.Any.Sample(
        rows =>
        {
            RowChecksum Of(IEnumerable<object?[]> some)
            {
                var checksum = new RowChecksum();
                foreach (var part in some.Chunk(7)) checksum.Add(Rows.Block(part));
                return checksum;
            }

            var whole = Of(rows);
            Assert.True(whole.IsSameAs(Of(rows.Reverse())));
            Assert.False(whole.IsSameAs(Of(rows.Append(rows[0]))));
            Assert.False(whole.IsSameAs(Of(rows.Skip(1))));
            foreach (var (column, value) in new (int, object?)[] { (3, unchecked((long)rows[0][3]! + 1)), (4, (Int128)rows[0][4]! ^ 1), (7, new byte[] { 9, 9, 9, 9, 9 }), (8, new[] { new byte[] { 7 } }.Concat((byte[][])rows[0][8]!).ToArray()), (10, rows[0][10] is null ? 0L : null) })
            {
                var changed = rows.Select(row => row.ToArray()).ToArray();
                changed[0][column] = value;
                Assert.False(whole.IsSameAs(Of(changed)), $"column {column}");
            }

            var stamped = rows.Select(row => row.ToArray()).ToArray();
            stamped[0][15] = unchecked((long)stamped[0][15]! + 1);
            Assert.True(whole.IsSameAs(Of(stamped)));
        },
        iter: 50);

    private sealed class Sorted : IRowSource
    {
        private readonly Queue<object?[][]> _parts;

        public Sorted(object?[][] rows, int perBlock)
        {
            var block = Rows.Block(rows);
            var order = Enumerable.Range(0, block.Rows).ToList();
            order.Sort((left, right) => block.Compare(left, block, right) is var compared && compared != 0 ? compared : left.CompareTo(right));
            _parts = new Queue<object?[][]>(order.Select(row => rows[row]).Chunk(perBlock));
            Block = new RowBlock(Rows.Table);
        }

        public RowBlock Block { get; private set; }

        public bool Next()
        {
            if (!_parts.TryDequeue(out var part)) return false;
            Block = Rows.Block(part);
            return true;
        }
    }
}
