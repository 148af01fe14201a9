using K2.Domain;

namespace K2.Exchanges.Binance;

/// <summary>Reads prices and quantities: positive decimal text without exponent.</summary>
internal static class BinanceNumbers
{
    private const int FastDigits = 18;

    private static readonly long[] PowersOfTen = [.. Enumerable.Range(0, FastDigits + 1).Select(e => (long)Int128.Parse("1" + new string('0', e), System.Globalization.CultureInfo.InvariantCulture))];

    /// <summary>Reads a number at a scale; answers false with the error if it is none or not positive.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, int scale, out long mantissa, out NumberError error)
    {
        error = NumberError.None;
        if (TryParseShort(text, scale, out mantissa) && mantissa > 0) return true;

        if (text.ContainsAny((byte)'e', (byte)'E'))
        {
            error = NumberError.Malformed;
            return false;
        }

        error = FixedPoint.Parse(text, scale, out mantissa) switch
        {
            FixedPointError.None => mantissa > 0 ? NumberError.None : NumberError.NotPositive,
            FixedPointError.TooPrecise => NumberError.TooPrecise,
            FixedPointError.TooLarge => NumberError.TooLarge,
            _ => NumberError.Malformed,
        };
        return error == NumberError.None;
    }

    // The usual form, digits.digits with no more digits than the scale, needs no 128-bit arithmetic.
    private static bool TryParseShort(ReadOnlySpan<byte> text, int scale, out long mantissa)
    {
        mantissa = 0;
        if (text.Length is 0 or > FastDigits) return false;

        long value = 0;
        var point = -1;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c is >= (byte)'0' and <= (byte)'9') value = (value * 10) + (c - '0');
            else if (c == '.' && point < 0 && i > 0) point = i;
            else return false;
        }

        var fraction = point < 0 ? 0 : text.Length - point - 1;
        if ((point >= 0 && fraction == 0) || fraction > scale) return false;

        var factor = PowersOfTen[scale - fraction];
        if (value > long.MaxValue / factor) return false;
        mantissa = value * factor;
        return true;
    }
}
