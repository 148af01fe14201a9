using System.Collections.Immutable;

namespace K2.Abstractions.Cold;

/// <summary>A state of a cold table that can still be read.</summary>
/// <param name="Id">Its number.</param>
/// <param name="At">When it was committed.</param>
/// <param name="Operation">What was done: append, overwrite, replace or delete.</param>
/// <param name="Files">Data files in it.</param>
/// <param name="Rows">Rows in it.</param>
/// <param name="AddedRows">Rows of the files that it added.</param>
/// <param name="Checksum">The checksum of the rows that it took over, or empty.</param>
/// <param name="Watermarks">The position up to which each part of the log is in it.</param>
public sealed record ColdSnapshot(long Id, DateTimeOffset At, string Operation, long Files, long Rows, long AddedRows, string Checksum, ImmutableSortedDictionary<string, long> Watermarks);
