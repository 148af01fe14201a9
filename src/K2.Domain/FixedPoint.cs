using System.Buffers.Text;
using System.Globalization;

namespace K2.Domain;

/// <summary>Why a text is no fixed-point number of a scale.</summary>
public enum FixedPointError
{
    /// <summary>The text was read.</summary>
    None = 0,

    /// <summary>Not a plain decimal number (digits with at most one point; a leading minus and an exponent are read too).</summary>
    Malformed = 1,

    /// <summary>More significant digits behind the point than the scale holds.</summary>
    TooPrecise = 2,

    /// <summary>The number does not fit into 64 bits at the scale.</summary>
    TooLarge = 3,
}

/// <summary>Exact conversion between decimal text and integers at a fixed scale. Nothing is ever rounded.</summary>
public static class FixedPoint
{
    private const int MaxTextLength = 64;
    private const int MaxExponent = 40;

    /// <summary>Reads ASCII decimal text, with an optional exponent as JSON numbers may have, into a mantissa at a scale.</summary>
    /// <param name="text">For example <c>61837.63000000</c>; zeros beyond the scale are no digits too many.</param>
    /// <param name="scale">Digits behind the point, 0 to 18.</param>
    /// <param name="mantissa">The number × 10^scale.</param>
    public static FixedPointError Parse(ReadOnlySpan<byte> text, int scale, out long mantissa)
    {
        mantissa = 0;
        if (text.IsEmpty || text.Length > MaxTextLength) return text.IsEmpty ? FixedPointError.Malformed : FixedPointError.TooLarge;

        var negative = text[0] == '-';
        var index = negative ? 1 : 0;
        Int128 value = 0;
        int digits = 0, fraction = 0, exponent = 0;
        var pointSeen = false;
        for (; index < text.Length; index++)
        {
            var c = text[index];
            if (c is >= (byte)'0' and <= (byte)'9')
            {
                if (value > Int128.MaxValue / 100) return FixedPointError.TooLarge;
                value = (value * 10) + (c - '0');
                digits++;
                if (pointSeen) fraction++;
            }
            else if (c == '.' && !pointSeen && digits > 0)
            {
                pointSeen = true;
            }
            else if (c is (byte)'e' or (byte)'E')
            {
                if (digits == 0 || (pointSeen && fraction == 0)) return FixedPointError.Malformed;
                var tail = text[(index + 1)..];
                if (tail.Length > 1 && tail[0] == '+' && tail[1] is >= (byte)'0' and <= (byte)'9') tail = tail[1..];
                if (tail.IsEmpty || tail[0] == '+' || !Utf8Parser.TryParse(tail, out exponent, out var used) || used != tail.Length) return FixedPointError.Malformed;
                if (exponent is > MaxExponent or < -MaxExponent) return value == 0 ? FixedPointError.None : exponent > 0 ? FixedPointError.TooLarge : FixedPointError.TooPrecise;
                break;
            }
            else
            {
                return FixedPointError.Malformed;
            }
        }

        if (digits == 0 || (pointSeen && fraction == 0)) return FixedPointError.Malformed;
        for (var shift = scale - fraction + exponent; shift != 0 && value != 0; shift += shift < 0 ? 1 : -1)
        {
            if (shift > 0)
            {
                if (value > long.MaxValue) return FixedPointError.TooLarge;
                value *= 10;
            }
            else
            {
                if (value % 10 != 0) return FixedPointError.TooPrecise;
                value /= 10;
            }
        }

        if (value > long.MaxValue) return FixedPointError.TooLarge;
        mantissa = negative ? -(long)value : (long)value;
        return FixedPointError.None;
    }

    /// <summary>Returns the shortest exact decimal text of a mantissa at a scale: no trailing zeros, no exponent.</summary>
    public static string Format(Int128 mantissa, int scale)
    {
        var negative = mantissa < 0;
        var digits = (negative ? -mantissa : mantissa).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        var whole = digits[..^scale];
        var fraction = digits[^scale..].TrimEnd('0');
        return (negative ? "-" : "") + whole + (fraction.Length == 0 ? "" : "." + fraction);
    }

    /// <summary>Returns the exact decimal of a mantissa at a scale.</summary>
    /// <exception cref="OverflowException">The number has more significant digits than a decimal holds (28).</exception>
    public static decimal ToDecimal(Int128 mantissa, int scale)
    {
        while (scale > 0 && mantissa % 10 == 0)
        {
            mantissa /= 10;
            scale--;
        }

        var whole = (decimal)mantissa;
        var bits = decimal.GetBits(whole);
        return new decimal(bits[0], bits[1], bits[2], whole < 0, (byte)scale);
    }
}
