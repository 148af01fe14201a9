using CsCheck;
using K2.Abstractions;
using K2.Abstractions.Cold.Tables;
using K2.ColdTier.Iceberg;
using K2.ColdTier.Parquet;

namespace K2.ColdTier.Tests.Parquet;

/// <summary>Files and streams give back what was put into them, whatever the rows.</summary>
public sealed class ColdFileTests : IDisposable
{
    // The rows are in any order, as no table of the platform is.
    private static readonly ColdTable Unsorted = Rows.Table with { SortedBy = [] };
    private readonly string _folder = Directory.CreateTempSubdirectory("k2-cold-file-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void ParquetFile_GivesBackAllRows() => Rows.Any.Array[1, 4].Sample(
        blocks =>
        {
            var file = Path.Combine(_folder, $"{Guid.NewGuid():N}.parquet");
            var written = Write(file, [.. blocks.Select(rows => Rows.Block(rows, Unsorted))]);
            using var reader = new ColdFileReader(file, Rows.Table, null);
            Assert.Equal(blocks.SelectMany(rows => Rows.Words(Rows.Block(rows))), Rows.Words(reader));
            Assert.Equal(written.Rows, reader.FileRows);
            Assert.All(Rows.Table.Columns.SelectMany(column => column.ItemId > 0 ? new[] { column.ItemId, column.ValueId }.Where(id => id > 0) : [column.Id]), id => Assert.True(reader.ColumnSizes()[id] > 0));
        },
        iter: 40);

    [Fact]
    public void NativeStream_GivesBackAllRows() => Rows.Any.Array[1, 4].Sample(
        blocks =>
        {
            using var stream = new MemoryStream();
            foreach (var rows in blocks) NativeWriter.Write(Rows.Block(rows), stream);
            stream.Position = 0;
            Assert.Equal(blocks.SelectMany(rows => Rows.Words(Rows.Block(rows))), Rows.Words(new NativeReader(stream, Rows.Table)));
        },
        iter: 80);

    [Fact]
    public void NativeStream_ThatEndsEarlyOrHoldsAnError_IsOneClearError() => Rows.Any.Sample(
        rows =>
        {
            using var whole = new MemoryStream();
            NativeWriter.Write(Rows.Block(rows), whole);
            var bytes = whole.ToArray();
            foreach (var length in Enumerable.Range(0, 20).Select(part => 1 + (part * (bytes.Length - 2) / 20)))
                Assert.Contains("cannot be read", Assert.Throws<K2Exception>(() => Rows.Words(new NativeReader(new MemoryStream(bytes[..length]), Rows.Table))).Message, StringComparison.Ordinal);
            Assert.Throws<K2Exception>(() => Rows.Words(new NativeReader(new MemoryStream([.. bytes, .. "Code: 241. DB::Exception: memory limit"u8]), Rows.Table)));
            var failed = Assert.Throws<K2Exception>(() => Rows.Words(new NativeReader(new MemoryStream([.. bytes, .. "\r\n__exception__\r\nabcdefghijklmnop\r\nCode: 241. DB::Exception: memory limit\n38 abcdefghijklmnop\r\n__exception__\r\n"u8]), Rows.Table)));
            Assert.Contains("ClickHouse ended them with 'Code: 241. DB::Exception: memory limit'", failed.Message, StringComparison.Ordinal);
        },
        iter: 20);

    [Fact]
    public void Groups_OverTheirLimit_AndListsOverABatch_AreRead()
    {
        var rows = Enumerable.Range(0, 300_000).Select(number => new object?[]
        {
            "x"u8.ToArray(), "s"u8.ToArray(), (long)number, (long)number, (Int128)number, number, number % 2 == 0, Array.Empty<byte>(), Enumerable.Range(0, number % 5).Select(item => new[] { (byte)item }).ToArray(), Array.Empty<(byte[], byte[])>(),
            number % 3 == 0 ? null : (long)number, null, null, number % 7 == 0 ? null : number, null, 0L, 1L,
        }).Chunk(100_000).Select(part => Rows.Block(part)).ToList();
        var file = Path.Combine(_folder, "groups.parquet");
        Write(file, rows);
        using (var all = new ColdFileReader(file, Rows.Table, null))
        {
            Assert.Equal(rows.SelectMany(Rows.Words), Rows.Words(all));
            Assert.Equal(2, all.GroupsRead);
        }

        using var some = new ColdFileReader(file, Rows.Table, new RowFilter { From = 260_000, Until = 260_001, Symbol = "s" });
        Assert.Equal(50_000, Rows.Words(some).Count);
        Assert.Equal(1, some.GroupsRead);
        using var none = new ColdFileReader(file, Rows.Table, new RowFilter { Symbol = "t" });
        Assert.Empty(Rows.Words(none));
    }

    [Fact]
    public void ColumnAddedLater_IsNullInOlderFiles()
    {
        var file = Path.Combine(_folder, "older.parquet");
        var older = Rows.Table with { Columns = [.. Rows.Table.Columns.Where(column => column.Name is not ("maybe_text" or "flags"))] };
        object?[] row = ["x"u8.ToArray(), "s"u8.ToArray(), 1L, 2L, (Int128)3, 4, true, Array.Empty<byte>(), Array.Empty<(byte[], byte[])>(), 5L, (Int128)6, 7, false, 8L, 9L];
        Write(file, [Rows.Block([row], older)]);
        using (var reader = new ColdFileReader(file, Rows.Table, null))
        {
            Assert.True(reader.Next());
            Assert.Equal(1, reader.Block["maybe_text"].Nulls[0]);
            Assert.Equal(0, reader.Block["flags"].ItemEnds[0]);
            Assert.Equal(9, reader.Block["version"].Longs[0]);
        }

        var required = Rows.Table with { Columns = [.. Rows.Table.Columns, new ColdColumn(99, "never_null", ColdType.Long)] };
        Assert.Contains("never_null", Assert.Throws<K2Exception>(() => new ColdFileReader(file, required, null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RowsInAnotherOrder_AreRefused()
    {
        object?[] Row(long id) => ["x"u8.ToArray(), "s"u8.ToArray(), 1L, id, (Int128)3, 4, true, Array.Empty<byte>(), Array.Empty<byte[]>(), Array.Empty<(byte[], byte[])>(), null, null, null, null, null, 8L, 9L];

        Assert.Throws<K2Exception>(() => Write(Path.Combine(_folder, "within.parquet"), [Rows.Block([Row(2), Row(1)])]));
        Assert.Throws<K2Exception>(() => Write(Path.Combine(_folder, "between.parquet"), [Rows.Block([Row(1), Row(2)]), Rows.Block([Row(1)])]));
        Assert.Equal(4, Write(Path.Combine(_folder, "right.parquet"), [Rows.Block([Row(1), Row(2)]), Rows.Block([Row(2), Row(3)])]).Rows);
    }

    [Fact]
    public void Bytes_OfColumnsThatAreSmallerThanAPage_AreThoseOfTheFile()
    {
        var block = Rows.Block([.. Enumerable.Range(0, 50_000).Select(number => new object?[] { "x"u8.ToArray(), "s"u8.ToArray(), (long)number, (long)number, (Int128)(number * 7919 % 10_007), 1, true, Array.Empty<byte>(), Array.Empty<byte[]>(), Array.Empty<(byte[], byte[])>(), null, null, null, null, null, 0L, 1L })], Unsorted);
        var file = Path.Combine(_folder, "small.parquet");
        using var writer = new ColdFileWriter(Unsorted, file);
        for (var i = 0; i < 15; i++) writer.Write(block);
        var told = writer.Bytes;

        // Three whole groups; what the file has beyond them is its footer.
        var written = writer.Finish();
        Assert.Equal(750_000, written.Rows);
        Assert.InRange(told, written.SizeBytes * 9 / 10, written.SizeBytes);
    }

    [Fact]
    public void Groups_OfLargeFrames_EndByTheirBytes()
    {
        var random = new Random(1);
        var blocks = Enumerable.Range(0, 20).Select(part => Rows.Block([.. Enumerable.Range(0, 64).Select(number => new object?[] { "x"u8.ToArray(), "s"u8.ToArray(), (long)number, (long)number, (Int128)1, 1, true, Noise(64 << 10), Array.Empty<byte[]>(), Array.Empty<(byte[], byte[])>(), null, null, null, null, null, 0L, 1L })], Unsorted)).ToList();
        var file = Path.Combine(_folder, "frames.parquet");
        var written = Write(file, blocks);

        using var reader = new ColdFileReader(file, Rows.Table, null);
        Assert.Equal(written.Rows, Rows.Words(reader).Count);
        Assert.Equal(2, reader.GroupsRead);

        byte[] Noise(int length)
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            return bytes;
        }
    }

    [Fact]
    public void DamagedFile_IsOneClearError()
    {
        var file = Path.Combine(_folder, "damaged.parquet");
        Write(file, [Rows.Block([.. Enumerable.Range(0, 1000).Select(number => new object?[] { "x"u8.ToArray(), "s"u8.ToArray(), (long)number * 7919, (long)number, (Int128)number * number, number, true, new byte[] { 1, 2, 3 }, Array.Empty<byte[]>(), Array.Empty<(byte[], byte[])>(), null, null, null, null, null, 0L, 1L })])]);
        var bytes = File.ReadAllBytes(file);
        var found = 0;
        for (var at = 4; at < bytes.Length - 8; at += bytes.Length / 40)
        {
            var damaged = bytes.ToArray();
            damaged[at] ^= 0x5A;
            File.WriteAllBytes(file, damaged);
            try
            {
                using var reader = new ColdFileReader(file, Rows.Table, null);
                var checksum = new RowChecksum();
                while (reader.Next()) checksum.Add(reader.Block);
            }
            catch (K2Exception)
            {
                found++;
            }
        }

        // Pages have checksums; what is left are bytes that say nothing about rows.
        Assert.True(found >= 30, $"{found} of 40 damages were noticed");
        File.WriteAllBytes(file, bytes[..(bytes.Length / 2)]);
        Assert.Throws<K2Exception>(() => new ColdFileReader(file, Rows.Table, null));
    }

    [Fact]
    public void Bounds_AreTheLeastAndTheGreatest() => Rows.Any.Sample(
        rows =>
        {
            var written = Write(Path.Combine(_folder, $"{Guid.NewGuid():N}.parquet"), [Rows.Block(rows, Unsorted)]);
            var ids = rows.Select(row => (long)row[3]!).ToList();
            var (least, greatest) = written.Bounds.Single(bounds => bounds.Column.Name == "trade_id").Encode();
            Assert.Equal(SingleValue.OfLong(ids.Min()), least);
            Assert.Equal(SingleValue.OfLong(ids.Max()), greatest);
            var prices = rows.Select(row => (Int128)row[4]!).ToList();
            (least, greatest) = written.Bounds.Single(bounds => bounds.Column.Name == "price").Encode();
            Assert.Equal(SingleValue.OfDecimal(prices.Min()), least);
            Assert.Equal(SingleValue.OfDecimal(prices.Max()), greatest);
            Assert.Equal(rows.Count(row => row[10] is null), written.Bounds.Single(bounds => bounds.Column.Name == "maybe_time").Nulls);
        },
        iter: 40);

    private static WrittenFile Write(string file, List<RowBlock> blocks)
    {
        using var writer = new ColdFileWriter(blocks[0].Table, file);
        foreach (var block in blocks) writer.Write(block);
        return writer.Finish();
    }
}
