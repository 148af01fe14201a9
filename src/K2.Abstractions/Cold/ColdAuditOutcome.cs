using System.Collections.Immutable;

namespace K2.Abstractions.Cold;

/// <summary>What a comparison of a cold table with the warehouse and with its own files found.</summary>
/// <param name="Table">The table.</param>
/// <param name="Partitions">Partitions that were compared row by row.</param>
/// <param name="Rows">Rows that were compared.</param>
/// <param name="ColdOnly">Partitions that the warehouse no longer holds, whose files were only counted.</param>
/// <param name="Problems">What is wrong, a sentence each; empty if nothing is.</param>
public sealed record ColdAuditOutcome(string Table, int Partitions, long Rows, int ColdOnly, ImmutableArray<string> Problems);
