using K2.Domain.Log;

namespace K2.Abstractions.Log;

/// <summary>A batch as it stands in a partition: it covers the offsets [First, First + RecordCount).</summary>
/// <param name="First">Position of the first record.</param>
/// <param name="Key">The key it was appended with.</param>
/// <param name="RecordCount">Records in the payload.</param>
/// <param name="Payload">The stored bytes, owned by the receiver.</param>
public sealed record LogEntry(LogPosition First, string Key, int RecordCount, byte[] Payload)
{
    /// <summary>Position of the last record.</summary>
    public LogPosition Last => First.Plus(RecordCount - 1);

    /// <summary>Position after the last record.</summary>
    public LogPosition Next => First.Plus(RecordCount);
}
