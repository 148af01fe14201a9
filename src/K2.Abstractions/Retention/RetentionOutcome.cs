using K2.Domain;

namespace K2.Abstractions.Retention;

/// <summary>What one run did with one table.</summary>
/// <param name="Table">The table's name.</param>
/// <param name="Horizon">Rows before this moment of the data's clock are old; null while there are no data.</param>
/// <param name="CoveredUntil">Rows before this moment are in the cold tier; null for none.</param>
/// <param name="Dropped">Partitions that were dropped.</param>
/// <param name="DroppedBytes">Their bytes on disk.</param>
/// <param name="Refused">Partitions that are old and stay, since the cold tier does not hold them.</param>
/// <param name="RefusedRows">Their rows.</param>
/// <param name="RefusedBytes">Their bytes on disk.</param>
public sealed record RetentionOutcome(
    string Table, Timestamp? Horizon, Timestamp? CoveredUntil, IReadOnlyList<string> Dropped, long DroppedBytes, IReadOnlyList<string> Refused, long RefusedRows, long RefusedBytes);
