using System.Buffers.Binary;
using System.Text;
using K2.Abstractions;
using K2.ColdTier.Parquet;

namespace K2.ColdTier.Tests.Parquet;

public sealed class NativeReaderTests
{
    private static readonly ColdColumn[] _columns =
    [
        new(1, "id", ColdType.Long), new(2, "price", ColdType.Decimal), new(3, "side", ColdType.Text), new(4, "time", ColdType.Timestamp, true), new(5, "closed", ColdType.Boolean),
        new(6, "epoch", ColdType.Int), new(7, "frame", ColdType.Binary),
    ];

    [Fact]
    public void Blocks_AreReadExactly()
    {
        var reader = new NativeReader(new Trickle([.. Block(0), .. Block(3), .. Block(1)]), _columns);
        Assert.Equal(3, reader.Next());
        Assert.Equal([0L, -1, long.MinValue], reader.Columns[0].Longs[..3]);
        Assert.Equal([Int128.Zero, Int128.NegativeOne, Int128.MinValue], reader.Columns[1].Decimals[..3]);
        Assert.Equal(["", "é", "éé"], Enumerable.Range(0, 3).Select(row => Encoding.UTF8.GetString(reader.Columns[2].TextAt(row))));
        Assert.Equal([1, 0, 1], reader.Columns[3].Nulls[..3].Select(value => (int)value));
        Assert.Equal(-1L, reader.Columns[3].Longs[1]);
        Assert.Equal([0, 1, 0], reader.Columns[4].Booleans[..3].Select(value => (int)value));
        Assert.Equal([0, -1, int.MinValue], reader.Columns[5].Ints[..3]);
        Assert.Equal(500, reader.Columns[6].TextAt(2).Length);
        Assert.Equal(1, reader.Next());
        Assert.Equal(0, reader.Next());
    }

    [Fact]
    public void EveryTruncation_IsOneClearError()
    {
        var whole = Block(3);
        for (var length = 1; length < whole.Length; length++)
        {
            var reader = new NativeReader(new MemoryStream(whole[..length]), _columns);
            Assert.Contains("cannot be read", Assert.Throws<K2Exception>(() => reader.Next()).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void OtherColumnsOrAnErrorText_AreOneClearError()
    {
        Assert.Throws<K2Exception>(() => new NativeReader(new MemoryStream(Block(3)), _columns[..6]).Next());
        Assert.Throws<K2Exception>(() => new NativeReader(new MemoryStream(Block(3)), [.. _columns[..6], new ColdColumn(7, "frame", ColdType.Long)]).Next());
        var broken = new NativeReader(new MemoryStream([.. Block(3), .. Encoding.UTF8.GetBytes("Code: 241. DB::Exception: memory limit")]), _columns);
        Assert.Equal(3, broken.Next());
        Assert.Throws<K2Exception>(() => broken.Next());
    }

    // Each row's value is one of: zero, minus one, the least.
    private static byte[] Block(int rows)
    {
        using var block = new MemoryStream();
        using var writer = new BinaryWriter(block);
        writer.Write7BitEncodedInt(_columns.Length);
        writer.Write7BitEncodedInt(rows);
        Span<byte> wide = stackalloc byte[16];
        foreach (var column in _columns)
        {
            writer.Write(column.Name);
            writer.Write(column.ClickHouseType);
            for (var row = 0; column.Nullable && row < rows; row++) writer.Write((byte)((row + 1) % 2));
            for (var row = 0; row < rows; row++)
            {
                switch (column.Type)
                {
                    case ColdType.Long or ColdType.Timestamp:
                        writer.Write(row switch { 0 => 0L, 1 => -1L, _ => long.MinValue });
                        break;
                    case ColdType.Int:
                        writer.Write(row switch { 0 => 0, 1 => -1, _ => int.MinValue });
                        break;
                    case ColdType.Boolean:
                        writer.Write((byte)(row % 2));
                        break;
                    case ColdType.Decimal:
                        BinaryPrimitives.WriteInt128LittleEndian(wide, row switch { 0 => 0, 1 => -1, _ => Int128.MinValue });
                        writer.Write(wide);
                        break;
                    default:
                        writer.Write(column.Type == ColdType.Text ? string.Concat(Enumerable.Repeat('é', row)) : new string('x', row * 250));
                        break;
                }
            }
        }

        return block.ToArray();
    }

    /// <summary>Gives one byte at a time, as a network may.</summary>
    private sealed class Trickle(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(1, buffer.Length)]);
    }
}
