using System.Globalization;

namespace K2.Domain.Log;

/// <summary>
/// A place in a log partition: an epoch above an offset. The epoch rises whenever the log could have lost or reordered records,
/// so that every position of the new log is higher than all of the old one.
/// </summary>
/// <param name="Version">Epoch in the upper 16 bits, offset in the lower 48; never negative.</param>
public readonly record struct LogPosition(long Version) : IComparable<LogPosition>
{
    /// <summary>Bits of the offset.</summary>
    public const int OffsetBits = 48;

    /// <summary>The largest epoch; one bit is left for the sign.</summary>
    public const int MaxEpoch = (1 << 15) - 1;

    /// <summary>The largest offset.</summary>
    public const long MaxOffset = (1L << OffsetBits) - 1;

    /// <summary>Below every position of a log: epochs start at 1.</summary>
    public static LogPosition None => default;

    /// <summary>The epoch; 0 only in <see cref="None"/>.</summary>
    public int Epoch => (int)(Version >> OffsetBits);

    /// <summary>The offset within the epoch, from 0.</summary>
    public long Offset => Version & MaxOffset;

    /// <summary>Returns the position of an offset in an epoch.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The epoch or the offset does not fit.</exception>
    public static LogPosition Create(int epoch, long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(epoch, MaxEpoch);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, MaxOffset);
        return new LogPosition(((long)epoch << OffsetBits) | offset);
    }

    /// <summary>Returns the position some records later in the same epoch.</summary>
    public LogPosition Plus(long records) => Create(Epoch, Offset + records);

    /// <inheritdoc/>
    public int CompareTo(LogPosition other) => Version.CompareTo(other.Version);

    /// <summary>Returns <c>epoch/offset</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Epoch}/{Offset}");

    /// <summary>Compares two positions of one partition.</summary>
    public static bool operator <(LogPosition left, LogPosition right) => left.Version < right.Version;

    /// <summary>Compares two positions of one partition.</summary>
    public static bool operator >(LogPosition left, LogPosition right) => left.Version > right.Version;

    /// <summary>Compares two positions of one partition.</summary>
    public static bool operator <=(LogPosition left, LogPosition right) => left.Version <= right.Version;

    /// <summary>Compares two positions of one partition.</summary>
    public static bool operator >=(LogPosition left, LogPosition right) => left.Version >= right.Version;
}
