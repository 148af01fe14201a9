using K2.Domain;

namespace K2.Abstractions.Cold;

/// <summary>One run of one table's export.</summary>
/// <param name="Table">The table.</param>
/// <param name="At">When it ended.</param>
/// <param name="From">The lowest position that it began behind.</param>
/// <param name="To">The highest position that it reached.</param>
/// <param name="Rows">How many rows it wrote.</param>
/// <param name="SnapshotId">Its last snapshot; 0 for none.</param>
/// <param name="Outcome">A short stable word: exported, nothing, fenced or failed.</param>
public sealed record ColdExportEntry(string Table, Timestamp At, long From, long To, long Rows, long SnapshotId, string Outcome);
