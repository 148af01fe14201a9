namespace K2.ColdTier.Parquet;

/// <summary>Gives rows of a cold table block by block.</summary>
internal interface IRowSource
{
    /// <summary>The rows that were read last.</summary>
    RowBlock Block { get; }

    /// <summary>Reads the next rows; false at the end.</summary>
    bool Next();
}
