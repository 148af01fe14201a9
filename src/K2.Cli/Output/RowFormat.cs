namespace K2.Cli.Output;

/// <summary>How rows are written.</summary>
internal enum RowFormat
{
    /// <summary>A table for people.</summary>
    Table,

    /// <summary>Comma-separated values with a header line, the same columns and texts as the API's.</summary>
    Csv,

    /// <summary>A JSON array with one object a line, as the API has them.</summary>
    Json,
}
