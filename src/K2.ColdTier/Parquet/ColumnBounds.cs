using System.Text.Unicode;
using K2.Abstractions.Cold.Tables;
using K2.ColdTier.Iceberg;

namespace K2.ColdTier.Parquet;

/// <summary>The least and the greatest value of a column in one file, and how many are null.</summary>
internal sealed class ColumnBounds(ColdColumn column)
{
    private bool _any;
    private long _leastLong;
    private long _greatestLong;
    private Int128 _leastDecimal;
    private Int128 _greatestDecimal;
    private byte[] _leastText = [];
    private byte[] _greatestText = [];

    public ColdColumn Column => column;

    public long Nulls { get; private set; }

    public void Add(ColumnBuffer buffer, int from, int count)
    {
        for (var row = from; row < from + count; row++)
        {
            if (column.Nullable && buffer.Nulls[row] != 0)
            {
                Nulls++;
                continue;
            }

            switch (column.Type)
            {
                case ColdType.Long or ColdType.Timestamp:
                    Add(buffer.Longs[row]);
                    break;
                case ColdType.Int:
                    Add(buffer.Ints[row]);
                    break;
                case ColdType.Boolean:
                    Add(buffer.Booleans[row]);
                    break;
                case ColdType.Decimal:
                    Add(buffer.Decimals[row]);
                    break;
                case ColdType.Text:
                    Add(buffer.Texts[row]);
                    break;
                default:
                    return;
            }
        }
    }

    /// <summary>The bounds as they stand in a manifest; null where there is none.</summary>
    public (byte[]? Lower, byte[]? Upper) Encode()
    {
        if (!_any) return (null, null);
        return column.Type switch
        {
            ColdType.Long or ColdType.Timestamp => (SingleValue.OfLong(_leastLong), SingleValue.OfLong(_greatestLong)),
            ColdType.Int => (SingleValue.OfInt((int)_leastLong), SingleValue.OfInt((int)_greatestLong)),
            ColdType.Boolean => (SingleValue.OfBoolean(_leastLong != 0), SingleValue.OfBoolean(_greatestLong != 0)),
            ColdType.Decimal => (SingleValue.OfDecimal(_leastDecimal), SingleValue.OfDecimal(_greatestDecimal)),

            // A bound is cut at a character, so only text that is text has one.
            ColdType.Text when Utf8.IsValid(_leastText) && Utf8.IsValid(_greatestText) =>
                (SingleValue.LowerOfString(System.Text.Encoding.UTF8.GetString(_leastText)), SingleValue.UpperOfString(System.Text.Encoding.UTF8.GetString(_greatestText))),
            _ => (null, null),
        };
    }

    private void Add(long value)
    {
        if (!_any || value < _leastLong) _leastLong = value;
        if (!_any || value > _greatestLong) _greatestLong = value;
        _any = true;
    }

    private void Add(Int128 value)
    {
        if (!_any || value < _leastDecimal) _leastDecimal = value;
        if (!_any || value > _greatestDecimal) _greatestDecimal = value;
        _any = true;
    }

    private void Add(ReadOnlySpan<byte> value)
    {
        // Mostly the same text again.
        if (_any && value.SequenceEqual(_greatestText)) return;
        if (!_any || value.SequenceCompareTo(_leastText) < 0) _leastText = value.ToArray();
        if (!_any || value.SequenceCompareTo(_greatestText) > 0) _greatestText = value.ToArray();
        _any = true;
    }
}
