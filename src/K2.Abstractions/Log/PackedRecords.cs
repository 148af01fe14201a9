using K2.Domain.Log;

namespace K2.Abstractions.Log;

/// <summary>The stored bytes of one log entry of a key, with its place.</summary>
/// <param name="FirstVersion"><see cref="LogPosition.Version"/> of the first record.</param>
/// <param name="Count">Records in the payload.</param>
/// <param name="Payload">As in the log; shared between readers and never changed.</param>
[GenerateSerializer, Immutable, Alias("k2.PackedRecords")]
public readonly record struct PackedRecords([property: Id(0)] long FirstVersion, [property: Id(1)] int Count, [property: Id(2)] byte[] Payload)
{
    /// <summary>Position of the first record.</summary>
    public LogPosition First => new(FirstVersion);

    /// <summary>Position of the last record.</summary>
    public LogPosition Last => First.Plus(Count - 1);
}
