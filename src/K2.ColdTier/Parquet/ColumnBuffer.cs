namespace K2.ColdTier.Parquet;

/// <summary>One column of one block. Its arrays are reused by the next block; only the one of the column's type is filled.</summary>
public sealed class ColumnBuffer(ColdColumn column)
{
    /// <summary>The column.</summary>
    public ColdColumn Column { get; } = column;

    /// <summary>For a nullable column 1 where a row is null, whose value then means nothing.</summary>
    public byte[] Nulls { get; internal set; } = [];

    /// <summary>Longs, or timestamps in microseconds.</summary>
    public long[] Longs { get; internal set; } = [];

    /// <summary>Ints.</summary>
    public int[] Ints { get; internal set; } = [];

    /// <summary>Booleans as 0 and 1.</summary>
    public byte[] Booleans { get; internal set; } = [];

    /// <summary>Mantissas at scale 18.</summary>
    public Int128[] Decimals { get; internal set; } = [];

    /// <summary>The bytes of all texts, one behind the other.</summary>
    public byte[] Bytes { get; internal set; } = [];

    /// <summary>Where each row's text ends in <see cref="Bytes"/>.</summary>
    public int[] Ends { get; internal set; } = [];

    /// <summary>The text of a row.</summary>
    public ReadOnlySpan<byte> TextAt(int row)
    {
        var start = row == 0 ? 0 : Ends[row - 1];
        return Bytes.AsSpan(start, Ends[row] - start);
    }

    internal static void Grow<T>(ref T[] array, int length)
    {
        if (array.Length < length) Array.Resize(ref array, Math.Max(length, array.Length * 2));
    }
}
