using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using K2.Simulator.Synthetic;

namespace K2.Simulator.Exchanges;

/// <summary>Writes what exchanges write.</summary>
internal static class Wire
{
    private const long MicrosecondsPerSecond = 1_000_000;
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Json(Action<Utf8JsonWriter> content)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Options)) content(json);
        return buffer.ToArray();
    }

    /// <summary>A number with a fixed count of digits behind the point.</summary>
    public static string Fixed(Int128 mantissa, int decimals, int shown)
    {
        var digits = mantissa.ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        var fraction = digits[^decimals..].PadRight(shown, '0');
        return digits[..^decimals] + (fraction.Length == 0 ? "" : "." + fraction);
    }

    /// <summary>A number without the digits that an exchange leaves out.</summary>
    public static string Cut(string number, int digits) => number.IndexOf('.', StringComparison.Ordinal) is >= 0 and var point ? number[..Math.Min(number.Length, point + 1 + digits)] : number;

    /// <summary>A number without zeros at its end; very small ones with an exponent, as some JSON writers do.</summary>
    public static string Shortest(Int128 mantissa, int decimals)
    {
        var text = Fixed(mantissa, decimals, decimals);
        text = TrimZeros(text);
        if (!text.StartsWith("0.0000", StringComparison.Ordinal)) return text;

        var digits = text[2..].TrimStart('0');
        var exponent = text.Length - 2 - digits.Length + 1;
        return digits[..1] + (digits.Length > 1 ? "." + digits[1..] : "") + "e-" + exponent.ToString("00", CultureInfo.InvariantCulture);
    }

    /// <summary>A number without zeros at its end, never with an exponent.</summary>
    public static string Trimmed(Int128 mantissa, int decimals) => TrimZeros(Fixed(mantissa, decimals, decimals));

    /// <summary>A time whose fraction has no zeros at its end, as Go programs write it.</summary>
    public static string TrimmedIso(long microseconds) => TrimZeros(Iso(microseconds)[..^1]) + "Z";

    private static string TrimZeros(string text) => text.Contains('.', StringComparison.Ordinal) ? text.TrimEnd('0').TrimEnd('.') : text;

    public static string Iso(long microseconds) => Time(microseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Seconds since the epoch in steps of 100 ns: as fine as Kraken writes them.</summary>
    public static string Seconds(long nanoseconds) => TrimZeros(Fixed(nanoseconds / 100, 7, 7));

    /// <summary>The present moment as a Go program writes it: nine digits behind the point, without zeros at the end.</summary>
    public static string GoNow(DateTimeOffset now, char between)
    {
        // The clock has steps of 100 ns only; what a finer one would show is made up.
        var fraction = (now.UtcTicks % TimeSpan.TicksPerSecond * 100) + new SplitMix((ulong)now.UtcTicks).Below(100);
        var seconds = now.UtcDateTime.ToString($"yyyy-MM-dd'{between}'HH:mm:ss", CultureInfo.InvariantCulture);
        return TrimZeros($"{seconds}.{fraction.ToString("000000000", CultureInfo.InvariantCulture)}");
    }

    public static long Milliseconds(long microseconds) => microseconds / (MicrosecondsPerSecond / 1000);

    public static DateTime Time(long microseconds) => DateTime.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
