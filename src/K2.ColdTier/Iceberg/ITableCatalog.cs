using K2.Abstractions.Cold;
using K2.ColdTier.Iceberg.Metadata;

namespace K2.ColdTier.Iceberg;

/// <summary>Knows which metadata of one table is the latest, and replaces it by compare-and-swap. Thread-safe.</summary>
public interface ITableCatalog
{
    /// <summary>Reads the latest metadata; null if there is no table. What a commit has returned is seen by every later load.</summary>
    /// <exception cref="TableFormatException">It cannot be understood.</exception>
    Task<VersionedTable?> LoadAsync(CancellationToken cancellationToken);

    /// <summary>Makes metadata the latest if the latest is still the one that is named (null: there is no table). Returns what it is now, or null if it was another.</summary>
    /// <exception cref="OutcomeUnknownException">It may be the latest now, or later.</exception>
    /// <exception cref="ObjectStoreException">It is not.</exception>
    Task<VersionedTable?> TryCommitAsync(VersionedTable? expected, TableMetadata next, CancellationToken cancellationToken);
}
