using System.Globalization;

namespace K2.Domain;

/// <summary>Reads moments as people and programs write them, in URLs and on command lines.</summary>
public static class TimeText
{
    private const long SecondsBelow = 100_000_000_000;
    private const long MillisecondsBelow = SecondsBelow * 1000;
    private const long MicrosecondsBelow = MillisecondsBelow * 1000;
    private const int MaxLength = 40;
    private static readonly Timestamp End = Timestamp.From(new DateTimeOffset(2200, 1, 1, 0, 0, 0, TimeSpan.Zero));

    private static readonly string[] Patterns =
    [
        "yyyy-MM-dd",
        "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF",
        "yyyy-MM-dd'T'HH:mm'Z'", "yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'",
        "yyyy-MM-dd'T'HH:mmzzz", "yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz",
        "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.FFFFFFF",
    ];

    /// <summary>
    /// Reads ISO 8601 (UTC unless an offset is given, floored to microseconds) or a Unix time: seconds below 10^11, milliseconds below 10^14,
    /// microseconds below 10^17. Moments from 1970 to the end of 2199 are taken.
    /// </summary>
    public static bool TryParse(string? text, out Timestamp time)
    {
        time = default;
        if (string.IsNullOrEmpty(text) || text.Length > MaxLength) return false;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            if (number >= MicrosecondsBelow) return false;
            time = new Timestamp(number < SecondsBelow ? number * Timestamp.MicrosecondsPerSecond : number < MillisecondsBelow ? number * 1000 : number);
        }
        else if (DateTimeOffset.TryParseExact(text, Patterns, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date))
        {
            time = Timestamp.From(date);
        }
        else
        {
            return false;
        }

        return time.Microseconds >= 0 && time < End;
    }
}
