using System.Buffers.Binary;
using System.Runtime.InteropServices;
using K2.Abstractions;
using K2.Abstractions.Cold.Tables;
using ParquetSharp;
using ParquetSharp.Schema;

namespace K2.ColdTier.Parquet;

/// <summary>
/// Writes one Parquet file of a cold table: zstd, texts by dictionary, numbers that rise as differences, statistics and page index, field ids of the table. Rows go column by column
/// into a buffered row group, so that a block of any size costs its encoded bytes only. Not thread-safe. See docs/decisions/0017-parquet-writer.md.
/// </summary>
internal sealed class ColdFileWriter : IDisposable
{
    private const int RowsPerGroup = 250_000;
    private const int BytesPerGroup = 48 << 20;

    // Who merges many files holds a page of each column of each.
    private const int PageBytes = 256 << 10;
    private const int Compression = 3;
    private static readonly string[] NoDictionary = ["body", "trade_id"];
    private readonly string _file;
    private readonly GroupNode _schema;
    private readonly WriterProperties _properties;
    private readonly ParquetFileWriter _writer;
    private readonly List<ColumnBounds> _bounds;
    private readonly RowBlock _last;
    private readonly RowChecksum _checksum = new();
    private RowGroupWriter? _group;
    private long _groupRows;
    private long _finishedBytes;
    private byte[] _decimals = [];
    private FixedLenByteArray[] _fixed = [];
    private ByteArray[] _texts = [];
    private short[] _definitions = [];
    private short[] _repetitions = [];

    /// <summary>Begins a file.</summary>
    public ColdFileWriter(ColdTable table, string file)
    {
        _file = file;
        _schema = ColdSchema.Parquet(table);
        using var builder = new WriterPropertiesBuilder();
        builder.Compression(ParquetSharp.Compression.Zstd).CompressionLevel(Compression).DisableDictionary().DataPagesize(PageBytes).MaxRowGroupLength(RowsPerGroup)
            .CreatedBy("K2").EnableWritePageIndex().EnablePageChecksum();
        foreach (var column in table.Columns)
        {
            switch (column.Type)
            {
                case ColdType.Text when !NoDictionary.Contains(column.Name):
                    builder.EnableDictionary(column.Name);
                    break;
                case ColdType.TextList:
                    builder.EnableDictionary($"{column.Name}.list.element");
                    break;
                case ColdType.TextMap:
                    builder.EnableDictionary($"{column.Name}.key_value.key").EnableDictionary($"{column.Name}.key_value.value");
                    break;
                case ColdType.Long or ColdType.Timestamp or ColdType.Int:
                    builder.Encoding(column.Name, Encoding.DeltaBinaryPacked);
                    break;
                case ColdType.Binary:
                    builder.DisableStatistics(column.Name);
                    break;
            }
        }

        _properties = builder.Build();
        _last = new RowBlock(table);
        _bounds = [.. table.Columns.Select(column => new ColumnBounds(column))];
        _writer = new ParquetFileWriter(file, _schema, _properties, null);
    }

    /// <summary>The rows so far.</summary>
    public long Rows { get; private set; }

    /// <summary>About the size that the file has by now.</summary>
    public long Bytes => _finishedBytes + (_group?.TotalCompressedBytes ?? 0);

    /// <summary>Writes all rows of a block.</summary>
    /// <exception cref="K2Exception">They are not in the order of the table, which the file would promise.</exception>
    public void Write(RowBlock block)
    {
        CheckOrder(block);
        _checksum.Add(block);
        for (var from = 0; from < block.Rows;)
        {
            _group ??= _writer.AppendBufferedRowGroup();
            var count = (int)Math.Min(block.Rows - from, RowsPerGroup - _groupRows);
            var leaf = 0;
            for (var i = 0; i < block.Columns.Count; i++)
            {
                _bounds[i].Add(block.Columns[i], from, count);
                leaf = Write(block.Columns[i], from, count, leaf);
            }

            from += count;
            Rows += count;
            _groupRows += count;
            if (_groupRows == RowsPerGroup || _group.TotalBytesWritten + _group.TotalCompressedBytes > BytesPerGroup) EndGroup();
        }
    }

    private void CheckOrder(RowBlock block)
    {
        for (var row = 0; row < block.Rows; row++)
        {
            if (row == 0 ? _last.Rows > 0 && _last.Compare(0, block, 0) > 0 : block.Compare(row - 1, block, row) > 0) throw new K2Exception($"rows of {block.Table.Name} came in another order than asked for", true);
        }

        if (block.Rows == 0) return;
        _last.Reset(1);
        _last.Append(block, block.Rows - 1);
    }

    /// <summary>Ends the file.</summary>
    public WrittenFile Finish()
    {
        EndGroup();
        _writer.Close();
        return new WrittenFile(_file, Rows, new FileInfo(_file).Length, _checksum, _bounds);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _group?.Dispose();
        _writer.Dispose();
        _properties.Dispose();
        _schema.Dispose();
    }

    private void EndGroup()
    {
        if (_group is null) return;
        _group.Close();
        _group.Dispose();

        // What a group tells before its end is far less than it takes: of 250,000 trades a twentieth was seen.
        _finishedBytes = new FileInfo(_file).Length;
        _group = null;
        _groupRows = 0;
    }

    // Returns the number of the next leaf column.
    private int Write(ColumnBuffer buffer, int from, int count, int leaf)
    {
        switch (buffer.Column.Type)
        {
            case ColdType.Long or ColdType.Timestamp:
                Write((ColumnWriter<long>)_group!.Column(leaf), buffer, buffer.Longs, from, count);
                return leaf + 1;
            case ColdType.Int:
                Write((ColumnWriter<int>)_group!.Column(leaf), buffer, buffer.Ints, from, count);
                return leaf + 1;
            case ColdType.Boolean:
                Write((ColumnWriter<bool>)_group!.Column(leaf), buffer, MemoryMarshal.Cast<byte, bool>(buffer.Booleans.AsSpan()), from, count);
                return leaf + 1;
            case ColdType.Decimal:
                WriteDecimals((ColumnWriter<FixedLenByteArray>)_group!.Column(leaf), buffer, from, count);
                return leaf + 1;
            case ColdType.TextList or ColdType.TextMap:
                WriteItems(buffer, from, count, leaf);
                return leaf + (buffer.Column.Type == ColdType.TextMap ? 2 : 1);
            default:
                Write((ColumnWriter<ByteArray>)_group!.Column(leaf), buffer, Addresses(buffer.Texts, from, count), 0, count, from);
                return leaf + 1;
        }
    }

    private void Write<T>(ColumnWriter<T> writer, ColumnBuffer buffer, ReadOnlySpan<T> values, int from, int count, int? rowsFrom = null)
        where T : unmanaged
    {
        if (!buffer.Column.Nullable)
        {
            writer.WriteBatch(values.Slice(from, count));
            return;
        }

        // Levels for every row, values only for those that are not null.
        var rows = rowsFrom ?? from;
        Grow(ref _definitions, count);
        var dense = new T[count];
        var filled = 0;
        for (var i = 0; i < count; i++)
        {
            var isNull = buffer.Nulls[rows + i] != 0;
            _definitions[i] = isNull ? (short)0 : (short)1;
            if (!isNull) dense[filled++] = values[from + i];
        }

        writer.WriteBatch(count, _definitions.AsSpan(0, count), [], dense.AsSpan(0, filled));
    }

    private void WriteDecimals(ColumnWriter<FixedLenByteArray> writer, ColumnBuffer buffer, int from, int count)
    {
        const int size = 16;
        if (_decimals.Length < count * size) _decimals = GC.AllocateUninitializedArray<byte>(count * size, pinned: true);
        Grow(ref _fixed, count);
        for (var i = 0; i < count; i++)
        {
            BinaryPrimitives.WriteInt128BigEndian(_decimals.AsSpan(i * size), buffer.Decimals[from + i]);
            _fixed[i] = new FixedLenByteArray(Marshal.UnsafeAddrOfPinnedArrayElement(_decimals, i * size));
        }

        Write(writer, buffer, _fixed.AsSpan(0, count), 0, count, from);
    }

    private void WriteItems(ColumnBuffer buffer, int from, int count, int leaf)
    {
        var first = buffer.ItemStart(from);
        var items = count == 0 ? 0 : buffer.ItemEnds[from + count - 1] - first;
        Grow(ref _definitions, count + items);
        Grow(ref _repetitions, count + items);
        var levels = 0;
        for (var row = from; row < from + count; row++)
        {
            var (start, end) = (buffer.ItemStart(row), buffer.ItemEnds[row]);
            if (start == end)
            {
                // An empty list is one level without a value.
                (_definitions[levels], _repetitions[levels]) = (0, 0);
                levels++;
            }

            for (var item = start; item < end; item++, levels++) (_definitions[levels], _repetitions[levels]) = (1, item == start ? (short)0 : (short)1);
        }

        var writer = (ColumnWriter<ByteArray>)_group!.Column(leaf);
        writer.WriteBatch(levels, _definitions.AsSpan(0, levels), _repetitions.AsSpan(0, levels), Addresses(buffer.Texts, first, items));
        if (buffer.Column.Type != ColdType.TextMap) return;
        writer = (ColumnWriter<ByteArray>)_group!.Column(leaf + 1);
        writer.WriteBatch(levels, _definitions.AsSpan(0, levels), _repetitions.AsSpan(0, levels), Addresses(buffer.Values, first, items));
    }

    private ReadOnlySpan<ByteArray> Addresses(TextBuffer texts, int from, int count)
    {
        Grow(ref _texts, count);
        for (var i = 0; i < count; i++) _texts[i] = new ByteArray(texts.AddressOf(from + i), texts.Ends[from + i] - texts.StartOf(from + i));
        return _texts.AsSpan(0, count);
    }

    private static void Grow<T>(ref T[] array, int length)
    {
        if (array.Length < length) array = new T[Math.Max(length, array.Length * 2)];
    }
}
