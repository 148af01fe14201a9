namespace K2.ColdTier.Iceberg;

/// <summary>The order of rows in a file: ascending by these columns, nulls first.</summary>
/// <param name="OrderId">Its number in the table; 0 is no order.</param>
/// <param name="SourceIds">The ids of the columns.</param>
public sealed record SortOrder(int OrderId, IReadOnlyList<int> SourceIds)
{
    /// <summary>No order.</summary>
    public static readonly SortOrder Unsorted = new(0, []);

    /// <summary>Makes the order of a new table.</summary>
    public static SortOrder Create(IcebergSchema schema, params string[] columns) => columns.Length == 0 ? Unsorted : new(1, [.. columns.Select(column => schema[column].Id)]);
}
