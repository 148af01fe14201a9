using System.Globalization;
using System.IO.Hashing;
using K2.Abstractions.Cold.Tables;

namespace K2.ColdTier.Parquet;

/// <summary>
/// A checksum of rows in any order: the sum of each row's 64-bit hash over all of its columns but the stamps, and the number of rows. Rows that are missing, twice or
/// differ in any value change it.
/// </summary>
internal sealed class RowChecksum
{
    private const ulong Null = 0x9E3779B97F4A7C15;
    private ulong[] _hashes = [];

    /// <summary>The rows that were added.</summary>
    public long Rows { get; private set; }

    /// <summary>The sum of their hashes, modulo 2^64.</summary>
    public ulong Sum { get; private set; }

    /// <summary>Adds the rows of a block; only those whose place is marked, if there are marks.</summary>
    public void Add(RowBlock block, bool[]? marked = null)
    {
        if (_hashes.Length < block.Rows) _hashes = new ulong[block.Rows];
        var hashes = _hashes.AsSpan(0, block.Rows);
        hashes.Clear();
        foreach (var buffer in block.Columns.Where(buffer => !buffer.Column.IsStamp)) Mix(buffer, hashes);
        for (var row = 0; row < hashes.Length; row++)
        {
            if (marked is not null && !marked[row]) continue;
            Rows++;
            Sum = unchecked(Sum + Final(hashes[row]));
        }
    }

    /// <summary>Adds what another one counted.</summary>
    public void Add(RowChecksum other)
    {
        Rows += other.Rows;
        Sum = unchecked(Sum + other.Sum);
    }

    /// <summary>Whether two are of the same rows.</summary>
    public bool IsSameAs(RowChecksum other) => Rows == other.Rows && Sum == other.Sum;

    /// <summary>Returns the sum as 16 hexadecimal digits.</summary>
    public override string ToString() => Sum.ToString("x16", CultureInfo.InvariantCulture);

    private static void Mix(ColumnBuffer buffer, Span<ulong> hashes)
    {
        var type = buffer.Column.Type;
        for (var row = 0; row < hashes.Length; row++)
        {
            var value = buffer.Column.Nullable && buffer.Nulls[row] != 0
                ? Null
                : unchecked(type switch
                {
                    ColdType.Long or ColdType.Timestamp => (ulong)buffer.Longs[row],
                    ColdType.Int => (ulong)buffer.Ints[row],
                    ColdType.Boolean => buffer.Booleans[row],
                    ColdType.Decimal => Of((UInt128)buffer.Decimals[row]),
                    ColdType.TextList or ColdType.TextMap => OfItems(buffer, row),
                    _ => XxHash3.HashToUInt64(buffer.Texts[row]),
                });
            hashes[row] = Step(hashes[row], value);
        }
    }

    private static ulong OfItems(ColumnBuffer buffer, int row)
    {
        var hash = Null;
        for (var item = buffer.ItemStart(row); item < buffer.ItemEnds[row]; item++)
        {
            hash = Step(hash, XxHash3.HashToUInt64(buffer.Texts[item]));
            if (buffer.Column.Type == ColdType.TextMap) hash = Step(hash, XxHash3.HashToUInt64(buffer.Values[item]));
        }

        return hash;
    }

    private static ulong Of(UInt128 value) => unchecked(Step((ulong)value, (ulong)(value >> 64)));

    // The place of a column counts: two equal values in exchanged columns give another hash.
    private static ulong Step(ulong hash, ulong value)
    {
        unchecked
        {
            hash = (hash ^ value) * 0xFF51AFD7ED558CCD;
            return (hash ^ (hash >> 32)) + Null;
        }
    }

    private static ulong Final(ulong hash)
    {
        unchecked
        {
            hash = (hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53;
            return hash ^ (hash >> 29);
        }
    }
}
