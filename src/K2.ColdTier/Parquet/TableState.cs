using K2.ColdTier.Iceberg;

namespace K2.ColdTier.Parquet;

/// <summary>A version of a table and the files of the partitions that were asked for.</summary>
/// <param name="Version">The version.</param>
/// <param name="Files">By day and exchange; others than those asked for may be in it, and need not be whole.</param>
internal sealed record TableState(VersionedTable Version, ILookup<(int Day, string Exchange), DataFile> Files);
