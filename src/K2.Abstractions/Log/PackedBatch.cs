using System.Collections.Immutable;
using K2.Domain.Log;

namespace K2.Abstractions.Log;

/// <summary>
/// The stream event: every entry of one key that a read of a partition brought, in order. It names the key's previous position so that the
/// consumer sees a hole and can ask for a rewind.
/// </summary>
/// <param name="Key">The stream's key.</param>
/// <param name="PreviousVersion">
/// <see cref="LogPosition.Version"/> of the key's last record before this batch in the same reading session, or 0 for the first batch after the
/// provider began to read at the committed position: all records of the key below that are durable.
/// </param>
/// <param name="Entries">At least one.</param>
[GenerateSerializer, Immutable, Alias("k2.PackedBatch")]
public sealed record PackedBatch([property: Id(0)] string Key, [property: Id(1)] long PreviousVersion, [property: Id(2)] ImmutableArray<PackedRecords> Entries)
{
    /// <summary>The key's last position before this batch, or <see cref="LogPosition.None"/>.</summary>
    public LogPosition Previous => new(PreviousVersion);

    /// <summary>Position of the first record.</summary>
    public LogPosition First => Entries[0].First;

    /// <summary>Position of the last record.</summary>
    public LogPosition Last => Entries[^1].Last;
}
