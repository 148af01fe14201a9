namespace K2.ColdTier.Parquet;

/// <summary>A cold table: its columns and how its files are divided and ordered.</summary>
/// <param name="Name">Its name below <c>cold</c>.</param>
/// <param name="View">The ClickHouse view that it is exported from.</param>
/// <param name="Columns">Its columns in order.</param>
/// <param name="DayOf">The timestamp whose day is the first part of the partition; never null.</param>
/// <param name="HasExchange">Whether the exchange is the second part; the bronze tables are of one exchange each.</param>
/// <param name="SortedBy">The columns that the rows of a file are ordered by.</param>
public sealed record ColdTable(string Name, string View, IReadOnlyList<ColdColumn> Columns, string DayOf, bool HasExchange, IReadOnlyList<string> SortedBy)
{
    /// <summary>The columns as an export selects them. Names come from code only.</summary>
    public string SelectList => string.Join(", ", Columns.Where(column => column.Type != ColdType.TextMap)
        .Select(column => $"CAST(`{column.Name}`, '{column.ClickHouseType.Replace("'", "\\'", StringComparison.Ordinal)}') AS `{column.Name}`"));
}
