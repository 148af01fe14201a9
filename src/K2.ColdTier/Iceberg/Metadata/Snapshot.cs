using System.Collections.Immutable;

namespace K2.ColdTier.Iceberg.Metadata;

/// <summary>The table as one commit left it.</summary>
/// <param name="Id">Its number, drawn at random.</param>
/// <param name="ParentId">The snapshot before it; null of the first.</param>
/// <param name="SequenceNumber">Which commit of the table it is.</param>
/// <param name="TimestampMs">When it was committed, in milliseconds since 1970-01-01 UTC; rises from snapshot to snapshot.</param>
/// <param name="ManifestList">The location of the list of its manifests.</param>
/// <param name="SchemaId">The schema at that time.</param>
/// <param name="Summary">What it did, and what is carried forward.</param>
public sealed record Snapshot(long Id, long? ParentId, long SequenceNumber, long TimestampMs, string ManifestList, int SchemaId, ImmutableSortedDictionary<string, string> Summary);
