using System.Globalization;

namespace K2.Domain;

/// <summary>A moment as whole microseconds since 1970-01-01T00:00:00Z. Finer times are floored.</summary>
/// <param name="Microseconds">Microseconds since the Unix epoch, UTC.</param>
public readonly record struct Timestamp(long Microseconds) : IComparable<Timestamp>
{
    /// <summary>Microseconds in one second.</summary>
    public const long MicrosecondsPerSecond = 1_000_000;

    private const long TicksPerMicrosecond = TimeSpan.TicksPerMillisecond / 1000;

    /// <summary>Returns the moment that lies whole milliseconds after the Unix epoch.</summary>
    /// <exception cref="OverflowException">The time does not fit into microseconds.</exception>
    public static Timestamp FromMilliseconds(long milliseconds) => new(checked(milliseconds * 1000));

    /// <summary>Returns the moment that lies the given nanoseconds after the Unix epoch, floored to microseconds.</summary>
    public static Timestamp FromNanoseconds(long nanoseconds) =>
        new(nanoseconds >= 0 ? nanoseconds / 1000 : (nanoseconds - 999) / 1000);

    /// <summary>Returns the moment of a date, floored to microseconds.</summary>
    public static Timestamp From(DateTimeOffset time) =>
        new(Math.DivRem(time.UtcTicks - DateTime.UnixEpoch.Ticks, TicksPerMicrosecond) is var (q, r) && r < 0 ? q - 1 : q);

    /// <summary>Returns the moment as a UTC date.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The moment lies outside the years 1 to 9999.</exception>
    public DateTime ToDateTime() => DateTime.UnixEpoch.AddTicks(checked(Microseconds * TicksPerMicrosecond));

    /// <inheritdoc/>
    public int CompareTo(Timestamp other) => Microseconds.CompareTo(other.Microseconds);

    /// <summary>Returns the moment that lies a span later.</summary>
    public Timestamp Add(TimeSpan span) => new(checked(Microseconds + (span.Ticks / TicksPerMicrosecond)));

    /// <summary>Returns the time from another moment to this one.</summary>
    public TimeSpan Since(Timestamp earlier) => TimeSpan.FromTicks(checked((Microseconds - earlier.Microseconds) * TicksPerMicrosecond));

    /// <summary>Returns ISO 8601 with microseconds: <c>2024-08-08T23:54:15.342000Z</c>.</summary>
    public override string ToString() => ToDateTime().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Compares two moments.</summary>
    public static bool operator <(Timestamp left, Timestamp right) => left.Microseconds < right.Microseconds;

    /// <summary>Compares two moments.</summary>
    public static bool operator >(Timestamp left, Timestamp right) => left.Microseconds > right.Microseconds;

    /// <summary>Compares two moments.</summary>
    public static bool operator <=(Timestamp left, Timestamp right) => left.Microseconds <= right.Microseconds;

    /// <summary>Compares two moments.</summary>
    public static bool operator >=(Timestamp left, Timestamp right) => left.Microseconds >= right.Microseconds;
}
