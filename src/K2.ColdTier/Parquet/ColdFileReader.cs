using System.Buffers.Binary;
using K2.Abstractions;
using K2.Abstractions.Cold.Tables;
using ParquetSharp;

namespace K2.ColdTier.Parquet;

/// <summary>
/// Reads a Parquet file of a cold table in blocks. Columns are found by their field ids; one that the file lacks, because it is younger, is null or empty. Checksums of pages
/// are verified. Not thread-safe.
/// </summary>
internal sealed class ColdFileReader : IRowSource, IDisposable
{
    private const int BlockRows = 8192;
    private const int DecimalBytes = 16;

    // Of each column: without it all of a row group is in memory, and a merge holds many files open.
    private const int BufferBytes = 1 << 16;
    private readonly ParquetFileReader _reader;
    private readonly ReaderProperties _properties;
    private readonly ColdTable _table;
    private readonly RowFilter? _filter;

    // Of each column the number of its first leaf in the file, or -1.
    private readonly int[] _leaves;
    private readonly ByteArray[] _texts = new ByteArray[BlockRows];
    private readonly FixedLenByteArray[] _fixed = new FixedLenByteArray[BlockRows];
    private readonly short[] _definitions = new short[BlockRows];
    private readonly bool[] _booleans = new bool[BlockRows];
    private readonly NestedTexts?[] _items;
    private readonly NestedTexts?[] _itemValues;
    private RowGroupReader? _group;
    private ColumnReader?[] _columns = [];
    private int _nextGroup;
    private long _rest;

    /// <summary>Opens a file.</summary>
    /// <exception cref="K2Exception">It is damaged or lacks a column that is never null.</exception>
    public ColdFileReader(string file, ColdTable table, RowFilter? filter)
    {
        (_table, _filter) = (table, filter);
        Block = new RowBlock(table);
        (_items, _itemValues) = (new NestedTexts?[table.Columns.Count], new NestedTexts?[table.Columns.Count]);
        _properties = ReaderProperties.GetDefaultReaderProperties();
        _properties.EnablePageChecksumVerification();
        _properties.EnableBufferedStream();
        _properties.BufferSize = BufferBytes;
        try
        {
            _reader = new ParquetFileReader(file, _properties);
        }
        catch (ParquetException damaged)
        {
            _properties.Dispose();
            throw new K2Exception($"{Path.GetFileName(file)} of {table.Name} is no whole Parquet file: {damaged.Message}", false, damaged);
        }

        _leaves = Leaves();
    }

    /// <summary>The rows that were read last.</summary>
    public RowBlock Block { get; }

    /// <summary>All rows of the file, wanted or not.</summary>
    public long FileRows => _reader.FileMetaData.NumRows;

    /// <summary>Row groups that were read.</summary>
    public int GroupsRead { get; private set; }

    /// <summary>Bytes of each column in the file by field id.</summary>
    public Dictionary<int, long> ColumnSizes()
    {
        var sizes = new Dictionary<int, long>();
        for (var group = 0; group < _reader.FileMetaData.NumRowGroups; group++)
        {
            using var reader = _reader.RowGroup(group);
            for (var leaf = 0; leaf < reader.MetaData.NumColumns; leaf++)
            {
                using var chunk = reader.MetaData.GetColumnChunkMetaData(leaf);
                using var node = _reader.FileMetaData.Schema.Column(leaf).SchemaNode;
                sizes[node.FieldId] = sizes.GetValueOrDefault(node.FieldId) + chunk.TotalCompressedSize;
            }
        }

        return sizes;
    }

    /// <summary>Reads the next rows of row groups that may hold wanted ones; false at the end.</summary>
    /// <exception cref="K2Exception">The file is damaged.</exception>
    public bool Next()
    {
        try
        {
            while (_rest == 0)
            {
                if (!OpenGroup()) return false;
            }

            var rows = (int)Math.Min(BlockRows, _rest);
            Block.Reset(rows);
            for (var i = 0; i < _table.Columns.Count; i++) Read(i, rows);
            Block.Rows = rows;
            _rest -= rows;
            return true;
        }
        catch (ParquetException damaged)
        {
            throw new K2Exception($"a Parquet file of {_table.Name} is damaged: {damaged.Message}", false, damaged);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        CloseGroup();
        _reader.Dispose();
        _properties.Dispose();
    }

    internal static unsafe ReadOnlySpan<byte> Bytes(ByteArray text) => new((void*)text.Pointer, text.Length);

    private int[] Leaves()
    {
        var schema = _reader.FileMetaData.Schema;
        var first = new Dictionary<int, int>();
        for (var leaf = 0; leaf < schema.NumColumns; leaf++)
        {
            // A list or a map is known by the id of its first leaf.
            using var node = schema.Column(leaf).SchemaNode;
            first.TryAdd(node.FieldId, leaf);
        }

        return [.. _table.Columns.Select(column =>
            first.TryGetValue(column.ItemId > 0 ? column.ItemId : column.Id, out var leaf) ? leaf
            : column.Nullable || column.ItemId > 0 ? -1
            : throw new K2Exception($"a Parquet file of {_table.Name} has no column with the field id {column.Id} ({column.Name})"))];
    }

    private bool OpenGroup()
    {
        CloseGroup();
        while (_nextGroup < _reader.FileMetaData.NumRowGroups)
        {
            _group = _reader.RowGroup(_nextGroup++);
            if (MayHold(_group.MetaData))
            {
                GroupsRead++;
                _rest = _group.MetaData.NumRows;
                _columns = new ColumnReader?[_table.Columns.Count];
                for (var i = 0; i < _table.Columns.Count; i++)
                {
                    (_items[i], _itemValues[i]) = (null, null);
                    if (_leaves[i] < 0) continue;
                    if (_table.Columns[i].ItemId == 0)
                    {
                        _columns[i] = _group.Column(_leaves[i]);
                        continue;
                    }

                    _items[i] = new NestedTexts((ColumnReader<ByteArray>)_group.Column(_leaves[i]));
                    if (_table.Columns[i].Type == ColdType.TextMap) _itemValues[i] = new NestedTexts((ColumnReader<ByteArray>)_group.Column(_leaves[i] + 1));
                }

                return true;
            }

            _group.Dispose();
            _group = null;
        }

        return false;
    }

    private void CloseGroup()
    {
        foreach (var column in _columns) column?.Dispose();
        _columns = [];
        _group?.Dispose();
        _group = null;
    }

    private bool MayHold(RowGroupMetaData group)
    {
        if (_filter is null) return true;
        using var time = group.GetColumnChunkMetaData(LeafOf(_table.DayOf));
        using var times = time.Statistics as Statistics<long>;
        if (times is { HasMinMax: true } && (times.Max < _filter.From || times.Min >= _filter.Until)) return false;
        if (_filter.Symbol is null || _table.Columns.All(column => column.Name != "canonical_symbol")) return true;
        using var symbol = group.GetColumnChunkMetaData(LeafOf("canonical_symbol"));
        using var symbols = symbol.Statistics as Statistics<ByteArray>;
        var wanted = System.Text.Encoding.UTF8.GetBytes(_filter.Symbol);
        return symbols is not { HasMinMax: true } || (Bytes(symbols.Min).SequenceCompareTo(wanted) <= 0 && Bytes(symbols.Max).SequenceCompareTo(wanted) >= 0);
    }

    private int LeafOf(string name)
    {
        for (var i = 0; i < _table.Columns.Count; i++)
        {
            if (_table.Columns[i].Name == name) return _leaves[i];
        }

        throw new K2Exception($"{_table.Name} has no column {name}");
    }

    private void Read(int index, int rows)
    {
        var buffer = Block.Columns[index];
        if (buffer.Column.ItemId > 0)
        {
            for (var row = 0; row < rows; row++)
            {
                _items[index]?.Read(buffer.Texts);
                _itemValues[index]?.Read(buffer.Values);
                buffer.ItemEnds[row] = buffer.Texts.Count;
            }

            return;
        }

        if (_columns[index] is not { } column)
        {
            for (var row = 0; row < rows; row++) buffer.SetMissing(row);
            return;
        }

        switch (buffer.Column.Type)
        {
            case ColdType.Long or ColdType.Timestamp:
                Fill((ColumnReader<long>)column, buffer, rows, buffer.Longs, (values, at, count) => { });
                Spread(buffer, buffer.Longs, rows);
                break;
            case ColdType.Int:
                Fill((ColumnReader<int>)column, buffer, rows, buffer.Ints, (values, at, count) => { });
                Spread(buffer, buffer.Ints, rows);
                break;
            case ColdType.Boolean:
                Fill((ColumnReader<bool>)column, buffer, rows, _booleans, (values, at, count) =>
                {
                    for (var i = at; i < at + count; i++) buffer.Booleans[i] = values[i] ? (byte)1 : (byte)0;
                });
                Spread(buffer, buffer.Booleans, rows);
                break;
            case ColdType.Decimal:
                Fill((ColumnReader<FixedLenByteArray>)column, buffer, rows, _fixed, (values, at, count) =>
                {
                    for (var i = at; i < at + count; i++) buffer.Decimals[i] = ToDecimal(values[i]);
                });
                Spread(buffer, buffer.Decimals, rows);
                break;
            default:
                ReadTexts((ColumnReader<ByteArray>)column, buffer, rows);
                break;
        }
    }

    // Calls back after each read, because addresses are valid until the next one. Of a nullable column the values stand without the nulls between them.
    private void Fill<T>(ColumnReader<T> reader, ColumnBuffer buffer, int rows, T[] values, Action<T[], int, int> taken)
        where T : unmanaged
    {
        var isOptional = reader.ColumnDescriptor.MaxDefinitionLevel > 0;
        var (levels, filled) = (0, 0);
        while (levels < rows)
        {
            long read;
            var got = isOptional
                ? reader.ReadBatch(rows - levels, _definitions.AsSpan(levels, rows - levels), [], values.AsSpan(filled, rows - levels), out read)
                : reader.ReadBatch(rows - levels, values.AsSpan(filled, rows - levels), out read);
            if (got == 0) throw new K2Exception($"a Parquet file of {_table.Name} ends inside the column {buffer.Column.Name}");
            taken(values, filled, (int)read);
            levels += (int)got;
            filled += (int)read;
        }

        if (!buffer.Column.Nullable) return;
        for (var row = 0; row < rows; row++) buffer.Nulls[row] = isOptional && _definitions[row] == 0 ? (byte)1 : (byte)0;
    }

    // Moves the values of a nullable column to their rows.
    private static void Spread<T>(ColumnBuffer buffer, T[] values, int rows)
        where T : unmanaged
    {
        if (!buffer.Column.Nullable) return;
        var next = rows - buffer.Nulls.AsSpan(0, rows).Count((byte)1);
        for (var row = rows - 1; row >= 0; row--) values[row] = buffer.Nulls[row] != 0 ? default : values[--next];
    }

    private void ReadTexts(ColumnReader<ByteArray> reader, ColumnBuffer buffer, int rows)
    {
        if (!buffer.Column.Nullable)
        {
            Fill(reader, buffer, rows, _texts, (values, at, count) =>
            {
                for (var i = at; i < at + count; i++) buffer.Texts.Add(Bytes(values[i]));
            });
            return;
        }

        var dense = new TextBuffer();
        Fill(reader, buffer, rows, _texts, (values, at, count) =>
        {
            for (var i = at; i < at + count; i++) dense.Add(Bytes(values[i]));
        });
        var next = 0;
        for (var row = 0; row < rows; row++) buffer.Texts.Add(buffer.Nulls[row] != 0 ? [] : dense[next++]);
    }

    private static unsafe Int128 ToDecimal(FixedLenByteArray value) => BinaryPrimitives.ReadInt128BigEndian(new ReadOnlySpan<byte>((void*)value.Pointer, DecimalBytes));
}
