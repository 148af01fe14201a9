using K2.Abstractions;

namespace K2.ColdTier.Iceberg.Commits;

/// <summary>A commit is surely not in the table: a file that it replaces is gone, or others were quicker every time. Plan it anew.</summary>
public sealed class CommitConflictException(string message) : K2Exception(message, true);
