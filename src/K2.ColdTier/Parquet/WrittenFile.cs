namespace K2.ColdTier.Parquet;

/// <summary>A finished file in the temporary folder.</summary>
/// <param name="File">Where it is.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="Checksum">The checksum of the rows that were written.</param>
/// <param name="Bounds">The bounds of its columns.</param>
internal sealed record WrittenFile(string File, long Rows, long SizeBytes, RowChecksum Checksum, IReadOnlyList<ColumnBounds> Bounds);
