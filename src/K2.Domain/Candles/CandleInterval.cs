using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace K2.Domain.Candles;

/// <summary>
/// The length of a candle's window as users write it: a whole number of minutes, hours, days or weeks (<c>2m</c>, <c>4h</c>, <c>3d</c>, <c>1w</c>).
/// Windows are counted in UTC from the Unix epoch, such of weeks from Monday 1970-01-05, so that they do not move with what is asked.
/// </summary>
public readonly record struct CandleInterval
{
    /// <summary>The longest interval, in days.</summary>
    public const int MaxDays = 366;

    private const long Minute = 60 * Timestamp.MicrosecondsPerSecond;
    private const long Hour = 60 * Minute;
    private const long Day = 24 * Hour;
    private const long Week = 7 * Day;
    private const long FirstMonday = 4 * Day;
    private const int MaxNameLength = 8;

    private CandleInterval(string name, long length, bool fromMonday)
    {
        Name = name;
        LengthMicroseconds = length;
        Origin = fromMonday ? FirstMonday : 0;
        Source = Timeframes.All.Last(timeframe => length % timeframe.LengthMicroseconds() == 0);
    }

    /// <summary>The name in its longest unit: <c>60m</c> is <c>1h</c>. Weeks are a unit of their own: <c>7d</c> begins on other days than <c>1w</c>.</summary>
    public string Name { get; }

    /// <summary>Length of a window in microseconds.</summary>
    public long LengthMicroseconds { get; }

    /// <summary>The longest stored timeframe whose windows divide those of this interval.</summary>
    public Timeframe Source { get; }

    /// <summary>How many windows of <see cref="Source"/> one window holds.</summary>
    public int Ratio => (int)(LengthMicroseconds / Source.LengthMicroseconds());

    /// <summary>Whether the candles of this interval are stored as they are.</summary>
    public bool IsStored => Ratio == 1;

    private long Origin { get; }

    /// <summary>Returns the interval of a stored timeframe.</summary>
    public static CandleInterval Of(Timeframe timeframe) => new(timeframe.ToName(), timeframe.LengthMicroseconds(), false);

    /// <summary>Reads an interval: digits without a leading zero and one of the letters m, h, d, w; at most <see cref="MaxDays"/> days.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out CandleInterval interval)
    {
        interval = default;
        if (text is not { Length: >= 2 and <= MaxNameLength } || text[0] is < '1' or > '9') return false;
        if (!int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)) return false;
        var unit = text[^1] switch { 'm' => Minute, 'h' => Hour, 'd' => Day, 'w' => Week, _ => 0 };
        if (unit == 0 || count > MaxDays * Day / unit) return false;
        var length = count * unit;
        interval = new CandleInterval(unit == Week ? text : NameOf(length), length, unit == Week);
        return true;
    }

    /// <summary>Returns the start of the half-open window that holds the moment.</summary>
    public Timestamp WindowStart(Timestamp time)
    {
        var offset = (time.Microseconds - Origin) % LengthMicroseconds;
        return new Timestamp(time.Microseconds - (offset < 0 ? offset + LengthMicroseconds : offset));
    }

    /// <summary>Returns the start of the first window that does not start before the moment.</summary>
    public Timestamp NextStart(Timestamp time) => WindowStart(new Timestamp(time.Microseconds + LengthMicroseconds - 1));

    /// <summary>Returns the end of the window that starts at a moment.</summary>
    public Timestamp WindowEnd(Timestamp start) => new(start.Microseconds + LengthMicroseconds);

    /// <inheritdoc/>
    public override string ToString() => Name ?? "";

    private static string NameOf(long length)
    {
        var (unit, letter) = length % Day == 0 ? (Day, 'd') : length % Hour == 0 ? (Hour, 'h') : (Minute, 'm');
        return string.Create(CultureInfo.InvariantCulture, $"{length / unit}{letter}");
    }
}
