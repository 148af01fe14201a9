namespace K2.ColdTier.Iceberg;

/// <summary>A Parquet file of a table, as its writer describes it. The dictionaries are by field id, leaves of nested columns included; what is unknown is left out.</summary>
public sealed record DataFile
{
    /// <summary>Where it is, below the table's folder (<c>data/…/x.parquet</c>); no two files of a table ever have the same path.</summary>
    public required string Path { get; init; }

    /// <summary>Its format.</summary>
    public string Format { get; init; } = "PARQUET";

    /// <summary>The number of its rows, at least one.</summary>
    public required long RecordCount { get; init; }

    /// <summary>Its exact size.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>Its partition, in the order of the table's partition spec: <see cref="int"/> days for <c>day</c>, else the column's value; null is the partition of nulls.</summary>
    public IReadOnlyList<object?> Partition { get; init; } = [];

    /// <summary>Bytes of each column in the file.</summary>
    public IReadOnlyDictionary<int, long> ColumnSizes { get; init; } = new Dictionary<int, long>();

    /// <summary>Values of each column, nulls included.</summary>
    public IReadOnlyDictionary<int, long> ValueCounts { get; init; } = new Dictionary<int, long>();

    /// <summary>Nulls of each column.</summary>
    public IReadOnlyDictionary<int, long> NullCounts { get; init; } = new Dictionary<int, long>();

    /// <summary>A value that is at most the least of a column, encoded by <see cref="SingleValue"/>.</summary>
    public IReadOnlyDictionary<int, byte[]> LowerBounds { get; init; } = new Dictionary<int, byte[]>();

    /// <summary>A value that is at least the greatest of a column, encoded by <see cref="SingleValue"/>.</summary>
    public IReadOnlyDictionary<int, byte[]> UpperBounds { get; init; } = new Dictionary<int, byte[]>();

    /// <summary>Where row groups begin, ascending: a reader may split the file there.</summary>
    public IReadOnlyList<long> SplitOffsets { get; init; } = [];

    /// <summary>The number of the sort order that its rows have.</summary>
    public int SortOrderId { get; init; }
}
