using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace K2.Domain;

/// <summary>Which state of a cold table is meant: the snapshot of a number, or the last one that was committed at or before a time.</summary>
public sealed record ColdMoment
{
    private ColdMoment(long? snapshotId, Timestamp at) => (SnapshotId, At) = (snapshotId, at);

    /// <summary>The number, or null if <see cref="At"/> counts.</summary>
    public long? SnapshotId { get; }

    /// <summary>The time, if there is no number.</summary>
    public Timestamp At { get; }

    /// <summary>Returns the moment of a snapshot.</summary>
    public static ColdMoment OfSnapshot(long snapshotId) => new(snapshotId, default);

    /// <summary>Returns the moment of a time, floored to microseconds.</summary>
    public static ColdMoment AtTime(DateTimeOffset time) => new(null, Timestamp.From(time));

    /// <summary>Reads a whole number as a snapshot's, and else ISO 8601 as <see cref="TimeText"/> has it. A Unix time is a number, so it is none here.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ColdMoment? moment)
    {
        moment = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? new ColdMoment(id, default)
            : text is not null && !text.All(char.IsAsciiDigit) && TimeText.TryParse(text, out var time) ? new ColdMoment(null, time)
            : null;
        return moment is not null;
    }

    /// <summary>Returns what <see cref="TryParse"/> reads.</summary>
    public override string ToString() => SnapshotId is { } id ? id.ToString(CultureInfo.InvariantCulture) : At.ToString();
}
