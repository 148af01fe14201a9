namespace K2.ColdTier.Parquet;

/// <summary>Which rows of a cold table are wanted. It prunes files and row groups; rows are still to be looked at one by one.</summary>
internal sealed record RowFilter
{
    /// <summary>Only this canonical symbol; null is all.</summary>
    public string? Symbol { get; init; }

    /// <summary>Only times from here, in microseconds since 1970-01-01, of the column that the table is divided by.</summary>
    public long From { get; init; } = long.MinValue;

    /// <summary>Only times before this.</summary>
    public long Until { get; init; } = long.MaxValue;
}
