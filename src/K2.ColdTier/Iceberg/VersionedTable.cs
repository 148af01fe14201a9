using K2.ColdTier.Iceberg.Metadata;

namespace K2.ColdTier.Iceberg;

/// <summary>A table's metadata as it was read.</summary>
/// <param name="Version">Its number in the catalogue, from 1.</param>
/// <param name="MetadataFile">The location of its file.</param>
/// <param name="Metadata">What it says.</param>
public sealed record VersionedTable(long Version, string MetadataFile, TableMetadata Metadata);
