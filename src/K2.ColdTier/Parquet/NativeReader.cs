using System.Runtime.InteropServices;
using System.Text;
using K2.Abstractions;
using K2.Abstractions.Cold.Tables;

namespace K2.ColdTier.Parquet;

/// <summary>
/// Decodes ClickHouse's Native format block by block straight into column buffers. It knows only the types that <see cref="ColdTable.SelectList"/> casts to. Everything
/// has a bound, and a stream that ends early, holds other columns or an error's text is one clear error. Source of the layout: ClickHouse documentation, "Native" format.
/// </summary>
internal sealed class NativeReader : IRowSource
{
    private const int MostRows = 1 << 20;
    private const int MostItems = 1 << 22;
    private const int LongestText = 1 << 26;
    private const int MostBytes = 1 << 30;
    private readonly NativeInput _input;

    /// <summary>Begins to read.</summary>
    /// <param name="stream">The answer; it is not closed.</param>
    /// <param name="table">Whose columns come, in their order.</param>
    public NativeReader(Stream stream, ColdTable table)
    {
        if (!BitConverter.IsLittleEndian) throw new K2Exception("the cold tier needs a little-endian machine");
        _input = new NativeInput(stream);
        Block = new RowBlock(table);
    }

    /// <summary>The rows that were read last.</summary>
    public RowBlock Block { get; }

    /// <summary>Reads the next block that has rows; false at the end.</summary>
    /// <exception cref="K2Exception">The stream is damaged, ends too early or has other columns.</exception>
    public bool Next()
    {
        while (!_input.AtEnd())
        {
            var count = _input.Length(MostRows);
            var rows = _input.Length(MostRows);
            if (count != Block.Columns.Count)
            {
                var failure = count == '\r' && rows == '\n' ? _input.Failure() : null;
                throw NativeInput.Damaged(failure is null ? $"{Block.Columns.Count} columns were asked for, {count} came" : $"ClickHouse ended them with '{failure}'");
            }

            Block.Reset(rows);
            foreach (var buffer in Block.Columns)
            {
                Expect(buffer.Column.Name);
                Expect(buffer.Column.ClickHouseType);
                if (rows > 0) Read(buffer, rows);
            }

            Block.Rows = rows;
            if (rows > 0) return true;
        }

        return false;
    }

    private void Expect(string text)
    {
        Span<byte> bytes = stackalloc byte[256];
        bytes = bytes[.._input.Length(bytes.Length)];
        _input.Fill(bytes);
        var found = Encoding.UTF8.GetString(bytes);
        if (found != text) throw NativeInput.Damaged($"'{text}' should stand where '{found}' stands");
    }

    private void Read(ColumnBuffer buffer, int rows)
    {
        if (buffer.Column.Nullable) _input.Fill(buffer.Nulls.AsSpan(0, rows));
        switch (buffer.Column.Type)
        {
            case ColdType.Long or ColdType.Timestamp:
                _input.Fill(buffer.Longs.AsSpan(0, rows));
                break;
            case ColdType.Int:
                _input.Fill(buffer.Ints.AsSpan(0, rows));
                break;
            case ColdType.Boolean:
                _input.Fill(buffer.Booleans.AsSpan(0, rows));
                break;
            case ColdType.Decimal:
                _input.Fill(buffer.Decimals.AsSpan(0, rows));
                break;
            case ColdType.TextList or ColdType.TextMap:
                var items = ReadItemEnds(buffer, rows);
                ReadTexts(buffer.Texts, items);
                if (buffer.Column.Type == ColdType.TextMap) ReadTexts(buffer.Values, items);
                break;
            default:
                ReadTexts(buffer.Texts, rows);
                break;
        }
    }

    // An array's column is the running ends of all rows and then the elements of all rows; a map's is that of an array of pairs, keys first.
    private int ReadItemEnds(ColumnBuffer buffer, int rows)
    {
        long last = 0;
        Span<long> end = stackalloc long[1];
        for (var row = 0; row < rows; row++)
        {
            _input.Fill(MemoryMarshal.AsBytes(end));
            if (end[0] < last || end[0] > MostItems) throw NativeInput.Damaged($"the items of {buffer.Column.Name} end at {end[0]} after {last}");
            last = end[0];
            buffer.ItemEnds[row] = (int)last;
        }

        return (int)last;
    }

    private void ReadTexts(TextBuffer texts, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var length = _input.Length(LongestText);
            if (length > MostBytes - texts.Length) throw NativeInput.Damaged($"a column of one block is over {MostBytes} bytes");
            _input.Fill(texts.Add(length));
        }
    }
}
