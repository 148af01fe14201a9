using K2.Domain;

namespace K2.Abstractions.Cold;

/// <summary>A cold table has no such state: it never had, or it has expired, or the table was never exported.</summary>
/// <param name="table">The table's name.</param>
/// <param name="moment">What was asked for.</param>
/// <param name="isExported">Whether the table has any state.</param>
public sealed class UnknownSnapshotException(string table, ColdMoment moment, bool isExported) : K2Exception(isExported
    ? $"{table} has no snapshot {(moment.SnapshotId is null ? "at or before " : "")}{moment} (any more): k2 snapshots {table}, or /v1/snapshots?table={table}, lists those that can be read."
    : $"{table} was never exported, so it has no snapshots yet: k2 export run {table} exports it now, else wait for the next export.")
{
    /// <summary>The table's name.</summary>
    public string Table { get; } = table;

    /// <summary>What was asked for.</summary>
    public ColdMoment Moment { get; } = moment;
}
