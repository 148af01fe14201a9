using K2.Abstractions.Cold.Tables;

namespace K2.ColdTier.Parquet;

/// <summary>One column of a block of rows. Its arrays are reused by the next block; only the ones of the column's type are filled.</summary>
internal sealed class ColumnBuffer(ColdColumn column)
{
    private byte[] _nulls = [];
    private long[] _longs = [];
    private int[] _ints = [];
    private byte[] _booleans = [];
    private Int128[] _decimals = [];
    private int[] _itemEnds = [];

    /// <summary>The column.</summary>
    public ColdColumn Column { get; } = column;

    /// <summary>Of a nullable column 1 where a row is null, whose value is then zero or empty.</summary>
    public byte[] Nulls => _nulls;

    /// <summary>Longs, or timestamps in microseconds.</summary>
    public long[] Longs => _longs;

    /// <summary>Ints.</summary>
    public int[] Ints => _ints;

    /// <summary>Booleans as 0 and 1.</summary>
    public byte[] Booleans => _booleans;

    /// <summary>Mantissas at scale 18.</summary>
    public Int128[] Decimals => _decimals;

    /// <summary>Texts or bytes by row; of a list its elements and of a map its keys, by <see cref="ItemEnds"/>.</summary>
    public TextBuffer Texts { get; } = new();

    /// <summary>Of a map its values.</summary>
    public TextBuffer Values { get; } = new();

    /// <summary>Of a list or map where each row's items end.</summary>
    public int[] ItemEnds => _itemEnds;

    /// <summary>Makes room for rows; texts are forgotten.</summary>
    internal void Reset(int rows)
    {
        Texts.Clear();
        Values.Clear();
        Ensure(rows);
    }

    /// <summary>Makes room for rows and keeps what is there.</summary>
    internal void Ensure(int rows)
    {
        if (Column.Nullable) Grow(ref _nulls, rows);
        switch (Column.Type)
        {
            case ColdType.Long or ColdType.Timestamp:
                Grow(ref _longs, rows);
                break;
            case ColdType.Int:
                Grow(ref _ints, rows);
                break;
            case ColdType.Boolean:
                Grow(ref _booleans, rows);
                break;
            case ColdType.Decimal:
                Grow(ref _decimals, rows);
                break;
            case ColdType.TextList or ColdType.TextMap:
                Grow(ref _itemEnds, rows);
                break;
        }
    }

    /// <summary>Copies a row of another buffer of the same column to a place whose predecessors are filled.</summary>
    internal void CopyFrom(ColumnBuffer source, int from, int to)
    {
        if (Column.Nullable) _nulls[to] = source._nulls[from];
        switch (Column.Type)
        {
            case ColdType.Long or ColdType.Timestamp:
                _longs[to] = source._longs[from];
                break;
            case ColdType.Int:
                _ints[to] = source._ints[from];
                break;
            case ColdType.Boolean:
                _booleans[to] = source._booleans[from];
                break;
            case ColdType.Decimal:
                _decimals[to] = source._decimals[from];
                break;
            case ColdType.TextList or ColdType.TextMap:
                for (var item = source.ItemStart(from); item < source._itemEnds[from]; item++)
                {
                    Texts.Add(source.Texts[item]);
                    if (Column.Type == ColdType.TextMap) Values.Add(source.Values[item]);
                }

                _itemEnds[to] = Texts.Count;
                break;
            default:
                Texts.Add(source.Texts[from]);
                break;
        }
    }

    /// <summary>Makes a row null, or zero or empty where the column takes no null.</summary>
    internal void SetMissing(int row)
    {
        if (Column.Nullable) _nulls[row] = 1;
        switch (Column.Type)
        {
            case ColdType.Long or ColdType.Timestamp:
                _longs[row] = 0;
                break;
            case ColdType.Int:
                _ints[row] = 0;
                break;
            case ColdType.Boolean:
                _booleans[row] = 0;
                break;
            case ColdType.Decimal:
                _decimals[row] = 0;
                break;
            case ColdType.TextList or ColdType.TextMap:
                _itemEnds[row] = Texts.Count;
                break;
            default:
                Texts.Add([]);
                break;
        }
    }

    /// <summary>Where a row's items begin.</summary>
    internal int ItemStart(int row) => row == 0 ? 0 : _itemEnds[row - 1];

    /// <summary>Compares two rows of two buffers of the same column: nulls first, texts by their bytes.</summary>
    internal int Compare(int row, ColumnBuffer other, int otherRow)
    {
        if (Column.Nullable && (_nulls[row] != 0 || other._nulls[otherRow] != 0)) return other._nulls[otherRow] - _nulls[row];
        return Column.Type switch
        {
            ColdType.Long or ColdType.Timestamp => _longs[row].CompareTo(other._longs[otherRow]),
            ColdType.Int => _ints[row].CompareTo(other._ints[otherRow]),
            ColdType.Decimal => _decimals[row].CompareTo(other._decimals[otherRow]),
            ColdType.Text or ColdType.Binary => Texts[row].SequenceCompareTo(other.Texts[otherRow]),
            _ => throw new NotSupportedException($"rows are not ordered by {Column.Name}"),
        };
    }

    private static void Grow<T>(ref T[] array, int length)
    {
        if (array.Length < length) Array.Resize(ref array, Math.Max(length, array.Length * 2));
    }
}
