using K2.Domain;

namespace K2.Exchanges.Wire;

/// <summary>Reads exchange times and tells plausible ones. A wrong time would put a trade into a wrong candle, or close windows before their end.</summary>
internal static class TradeTimes
{
    /// <summary>The last moment of the year 9999.</summary>
    public const long LatestMicroseconds = 253_402_300_799 * Timestamp.MicrosecondsPerSecond;

    // 2009-01-01: no coin was traded before.
    private const long EarliestMicroseconds = 1_230_768_000 * Timestamp.MicrosecondsPerSecond;
    private const long MicrosecondsPerDay = 86_400 * Timestamp.MicrosecondsPerSecond;
    private const int MicrosecondDigits = 6;
    private const int MaxFraction = 9;

    /// <summary>Whether a trade may have happened then: since 2009 and at most a day after its receipt.</summary>
    public static bool IsPlausible(long microseconds, Timestamp received) =>
        microseconds is >= EarliestMicroseconds and <= LatestMicroseconds && microseconds <= Math.Max(received.Microseconds, 0) + MicrosecondsPerDay;

    /// <summary>Reads <c>2023-09-25T07:48:36.925533Z</c> with 0 to 9 digits behind the point, floored to microseconds. Only UTC is read.</summary>
    public static bool TryParseIso(ReadOnlySpan<byte> text, out long microseconds)
    {
        microseconds = 0;
        if (text.Length < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':' || text[^1] != 'Z') return false;
        if (!TryDigits(text[..4], out var year) || !TryDigits(text[5..7], out var month) || !TryDigits(text[8..10], out var day)
            || !TryDigits(text[11..13], out var hour) || !TryDigits(text[14..16], out var minute) || !TryDigits(text[17..19], out var second)) return false;
        if (year < 1970 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59) return false;

        long fraction = 0;
        if (text.Length > 20 && (text[19] != '.' || !TryFraction(text[20..^1], out fraction))) return false;
        var days = (new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Utc) - DateTime.UnixEpoch).Days;
        microseconds = ((((((days * 24L) + hour) * 60) + minute) * 60) + second) * Timestamp.MicrosecondsPerSecond + fraction;
        return true;
    }

    /// <summary>Reads seconds since the Unix epoch with 0 to 9 digits behind the point, floored to microseconds.</summary>
    public static bool TryParseSeconds(ReadOnlySpan<byte> text, out long microseconds)
    {
        microseconds = 0;
        var point = text.IndexOf((byte)'.');
        var whole = point < 0 ? text : text[..point];
        if (whole.Length is 0 or > 12) return false;

        long seconds = 0, fraction = 0;
        foreach (var c in whole)
        {
            if (c is < (byte)'0' or > (byte)'9') return false;
            seconds = (seconds * 10) + (c - '0');
        }

        if (point >= 0 && !TryFraction(text[(point + 1)..], out fraction)) return false;
        microseconds = (seconds * Timestamp.MicrosecondsPerSecond) + fraction;
        return true;
    }

    private static bool TryFraction(ReadOnlySpan<byte> digits, out long microseconds)
    {
        microseconds = 0;
        if (digits.Length is 0 or > MaxFraction) return false;
        for (var i = 0; i < Math.Max(digits.Length, MicrosecondDigits); i++)
        {
            var c = i < digits.Length ? digits[i] : (byte)'0';
            if (c is < (byte)'0' or > (byte)'9') return false;
            if (i < MicrosecondDigits) microseconds = (microseconds * 10) + (c - '0');
        }

        return true;
    }

    private static bool TryDigits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (var c in text)
        {
            if (c is < (byte)'0' or > (byte)'9') return false;
            value = (value * 10) + (c - '0');
        }

        return true;
    }
}
