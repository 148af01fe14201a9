using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using K2.Abstractions.Warehouse;
using K2.Domain;

namespace K2.Warehouse.Writing;

/// <summary>
/// One block in ClickHouse's Native format: column count, row count, then for each column its name, type and values. Columns are filled by value and
/// written out as a whole. Source of the layout: ClickHouse documentation, "Native" format.
/// </summary>
internal sealed class NativeBlock
{
    private readonly List<(string Name, string Type, MemoryStream Values)> _columns = [];

    /// <summary>Rows so far, by the caller's count.</summary>
    public int Rows { get; set; }

    /// <summary>Adds a column; values are appended to the returned stream in row order.</summary>
    public MemoryStream Column(string name, string type)
    {
        var values = new MemoryStream();
        _columns.Add((name, type, values));
        return values;
    }

    /// <summary>The columns' names, for the insert statement.</summary>
    public string Names => string.Join(", ", _columns.Select(column => column.Name));

    /// <summary>Returns the whole block.</summary>
    public MemoryStream ToStream()
    {
        var block = new MemoryStream(64 + (int)_columns.Sum(column => column.Values.Length + 64));
        WriteVarint(block, (ulong)_columns.Count);
        WriteVarint(block, (ulong)Rows);
        foreach (var (name, type, values) in _columns)
        {
            WriteText(block, name);
            WriteText(block, type);
            values.WriteTo(block);
        }

        block.Position = 0;
        return block;
    }

    public static void WriteText(MemoryStream to, string text)
    {
        Span<byte> bytes = stackalloc byte[256];
        if (Encoding.UTF8.GetByteCount(text) > bytes.Length) bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        WriteBytes(to, bytes[..Encoding.UTF8.GetBytes(text, bytes)]);
    }

    public static void WriteBytes(MemoryStream to, ReadOnlySpan<byte> bytes)
    {
        WriteVarint(to, (ulong)bytes.Length);
        to.Write(bytes);
    }

    public static void Write(MemoryStream to, long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        to.Write(bytes);
    }

    public static void Write(MemoryStream to, int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        to.Write(bytes);
    }

    public static void Write(MemoryStream to, ushort value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        to.Write(bytes);
    }

    public static void Write(MemoryStream to, Timestamp value) => Write(to, value.Microseconds);

    /// <summary>Writes a Decimal(38,18) from a mantissa at a smaller scale.</summary>
    /// <exception cref="OverflowException">The number does not fit.</exception>
    public static void WriteDecimal(MemoryStream to, Int128 mantissa, int scale)
    {
        var value = StoredDecimal.Widen(mantissa, scale);
        to.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<Int128>(in value)));
    }

    public static void WriteVarint(MemoryStream to, ulong value)
    {
        while (value >= 0x80)
        {
            to.WriteByte((byte)((value & 0x7F) | 0x80));
            value >>= 7;
        }

        to.WriteByte((byte)value);
    }
}
