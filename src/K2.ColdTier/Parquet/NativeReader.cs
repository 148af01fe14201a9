using System.Text;
using K2.Abstractions;

namespace K2.ColdTier.Parquet;

/// <summary>
/// Decodes ClickHouse's Native format block by block straight into column buffers. It knows only the types that <see cref="ColdTable.SelectList"/> casts to. Everything
/// is fixed-width and little-endian there, as on every machine that .NET 10 runs on here, so that a column is one copy.
/// </summary>
public sealed class NativeReader
{
    private const int MostRows = 1 << 22;
    private const int MostBytes = 1 << 30;
    private const int LongestText = 1 << 28;
    private readonly NativeInput _input;

    /// <param name="stream">The answer to a SELECT of the columns in FORMAT Native; the caller closes it.</param>
    /// <param name="columns">The columns in the SELECT's order; no maps.</param>
    public NativeReader(Stream stream, IReadOnlyList<ColdColumn> columns)
    {
        if (columns.Any(column => column.Type == ColdType.TextMap)) throw new ArgumentException("maps are not decoded", nameof(columns));
        if (!BitConverter.IsLittleEndian) throw new K2Exception("the cold tier needs a little-endian machine");
        _input = new NativeInput(stream);
        Columns = [.. columns.Select(column => new ColumnBuffer(column))];
    }

    /// <summary>The columns of the block that was read last; valid until the next one is read.</summary>
    public IReadOnlyList<ColumnBuffer> Columns { get; }

    /// <summary>Reads the next block that has rows.</summary>
    /// <returns>The number of its rows; 0 at the end.</returns>
    /// <exception cref="K2Exception">The stream is damaged, ends too early or has other columns.</exception>
    public int Next()
    {
        while (!_input.AtEnd())
        {
            var count = _input.Length(MostRows);
            var rows = _input.Length(MostRows);
            if (count != Columns.Count) throw NativeInput.Damaged($"{Columns.Count} columns were asked for, {count} came");
            foreach (var buffer in Columns)
            {
                Expect(buffer.Column.Name);
                Expect(buffer.Column.ClickHouseType);
                if (rows > 0) Read(buffer, rows);
            }

            if (rows > 0) return rows;
        }

        return 0;
    }

    private void Expect(string text)
    {
        var bytes = new byte[_input.Length(1 << 12)];
        _input.Fill(bytes.AsSpan());
        var found = Encoding.UTF8.GetString(bytes);
        if (found != text) throw NativeInput.Damaged($"'{text}' should stand where '{found}' stands");
    }

    private void Read(ColumnBuffer buffer, int rows)
    {
        if (buffer.Column.Nullable) buffer.Nulls = Filled(buffer.Nulls, rows);
        switch (buffer.Column.Type)
        {
            case ColdType.Long or ColdType.Timestamp:
                buffer.Longs = Filled(buffer.Longs, rows);
                break;
            case ColdType.Int:
                buffer.Ints = Filled(buffer.Ints, rows);
                break;
            case ColdType.Boolean:
                buffer.Booleans = Filled(buffer.Booleans, rows);
                break;
            case ColdType.Decimal:
                buffer.Decimals = Filled(buffer.Decimals, rows);
                break;
            default:
                ReadTexts(buffer, rows);
                break;
        }
    }

    private T[] Filled<T>(T[] array, int rows)
        where T : unmanaged
    {
        ColumnBuffer.Grow(ref array, rows);
        _input.Fill(array.AsSpan(0, rows));
        return array;
    }

    private void ReadTexts(ColumnBuffer buffer, int rows)
    {
        var (bytes, ends, end) = (buffer.Bytes, buffer.Ends, 0);
        ColumnBuffer.Grow(ref ends, rows);
        for (var row = 0; row < rows; row++)
        {
            var length = _input.Length(LongestText);
            if (length > MostBytes - end) throw NativeInput.Damaged($"a column of one block is over {MostBytes} bytes");
            ColumnBuffer.Grow(ref bytes, end + length);
            _input.Fill(bytes.AsSpan(end, length));
            end += length;
            ends[row] = end;
        }

        (buffer.Bytes, buffer.Ends) = (bytes, ends);
    }
}
