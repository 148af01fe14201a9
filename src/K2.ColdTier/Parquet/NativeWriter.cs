using System.Runtime.InteropServices;
using System.Text;
using K2.Abstractions.Cold.Tables;

namespace K2.ColdTier.Parquet;

/// <summary>Writes rows in ClickHouse's Native format: what <see cref="NativeReader"/> reads.</summary>
internal static class NativeWriter
{
    /// <summary>Appends a block.</summary>
    /// <param name="block">The rows.</param>
    /// <param name="output">Where to.</param>
    /// <param name="columns">The names of the columns to write; null is all.</param>
    /// <param name="constant">A further column that has one text in all rows.</param>
    public static void Write(RowBlock block, Stream output, IReadOnlyList<string>? columns = null, (string Name, string Value)? constant = null)
    {
        var written = columns is null ? block.Columns : [.. block.Columns.Where(buffer => columns.Contains(buffer.Column.Name))];
        Length(output, written.Count + (constant is null ? 0 : 1));
        Length(output, block.Rows);
        if (constant is { } same)
        {
            Text(output, Encoding.UTF8.GetBytes(same.Name));
            Text(output, "String"u8);
            for (var row = 0; row < block.Rows; row++) Text(output, Encoding.UTF8.GetBytes(same.Value));
        }

        foreach (var buffer in written)
        {
            Text(output, Encoding.UTF8.GetBytes(buffer.Column.Name));
            Text(output, Encoding.UTF8.GetBytes(buffer.Column.ClickHouseType));
            if (buffer.Column.Nullable) output.Write(buffer.Nulls.AsSpan(0, block.Rows));
            switch (buffer.Column.Type)
            {
                case ColdType.Long or ColdType.Timestamp:
                    output.Write(MemoryMarshal.AsBytes(buffer.Longs.AsSpan(0, block.Rows)));
                    break;
                case ColdType.Int:
                    output.Write(MemoryMarshal.AsBytes(buffer.Ints.AsSpan(0, block.Rows)));
                    break;
                case ColdType.Boolean:
                    output.Write(buffer.Booleans.AsSpan(0, block.Rows));
                    break;
                case ColdType.Decimal:
                    output.Write(MemoryMarshal.AsBytes(buffer.Decimals.AsSpan(0, block.Rows)));
                    break;
                case ColdType.TextList or ColdType.TextMap:
                    foreach (var end in buffer.ItemEnds.AsSpan(0, block.Rows)) output.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<long>([end])));
                    Texts(output, buffer.Texts);
                    if (buffer.Column.Type == ColdType.TextMap) Texts(output, buffer.Values);
                    break;
                default:
                    Texts(output, buffer.Texts);
                    break;
            }
        }
    }

    private static void Texts(Stream output, TextBuffer texts)
    {
        for (var i = 0; i < texts.Count; i++) Text(output, texts[i]);
    }

    private static void Text(Stream output, ReadOnlySpan<byte> bytes)
    {
        Length(output, bytes.Length);
        output.Write(bytes);
    }

    private static void Length(Stream output, int length)
    {
        var rest = (uint)length;
        while (rest >= 0x80)
        {
            output.WriteByte((byte)((rest & 0x7F) | 0x80));
            rest >>= 7;
        }

        output.WriteByte((byte)rest);
    }
}
