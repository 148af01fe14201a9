using System.Globalization;
using System.Numerics;
using System.Text;
using CsCheck;

namespace K2.Domain.Tests;

public sealed class FixedPointTests
{
    [Theory]
    [InlineData("61837.63000000", 2, 6183763)]
    [InlineData("61837.63", 8, 6183763000000)]
    [InlineData("0", 8, 0)]
    [InlineData("0.00000001", 8, 1)]
    [InlineData("-0.5", 1, -5)]
    [InlineData("007", 0, 7)]
    [InlineData("1e3", 0, 1000)]
    [InlineData("1E+3", 0, 1000)]
    [InlineData("1.5e-7", 8, 15)]
    [InlineData("1200e-2", 0, 12)]
    [InlineData("-2.50e1", 0, -25)]
    [InlineData("0e99", 8, 0)]
    [InlineData("9223372036854775807", 0, long.MaxValue)]
    [InlineData("9.223372036854775807", 18, long.MaxValue)]
    [InlineData("-9223372036854775807", 0, -long.MaxValue)]
    [InlineData("1.000000000000000000000000", 0, 1)]
    public void Parse_Number_IsExact(string text, int scale, long expected)
    {
        Assert.Equal(FixedPointError.None, FixedPoint.Parse(Encoding.ASCII.GetBytes(text), scale, out var mantissa));
        Assert.Equal(expected, mantissa);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData(".")]
    [InlineData(".5")]
    [InlineData("5.")]
    [InlineData("1.2.3")]
    [InlineData("+1")]
    [InlineData("--1")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1,5")]
    [InlineData("0x10")]
    [InlineData("NaN")]
    [InlineData("1e")]
    [InlineData("1e+")]
    [InlineData("1e+-5")]
    [InlineData("1e++5")]
    [InlineData("1e5.5")]
    [InlineData("1e99999999999")]
    [InlineData("e5")]
    [InlineData("e99")]
    [InlineData("0.e99")]
    [InlineData("-e1")]
    public void Parse_NoNumber_IsMalformed(string text)
    {
        Assert.Equal(FixedPointError.Malformed, FixedPoint.Parse(Encoding.ASCII.GetBytes(text), 8, out var mantissa));
        Assert.Equal(0, mantissa);
    }

    [Theory]
    [InlineData("0.123", 2)]
    [InlineData("1e-1", 0)]
    [InlineData("1e-99", 8)]
    [InlineData("61837.630000001", 8)]
    public void Parse_DigitBeyondTheScale_IsTooPrecise(string text, int scale) => Assert.Equal(FixedPointError.TooPrecise, FixedPoint.Parse(Encoding.ASCII.GetBytes(text), scale, out _));

    [Theory]
    [InlineData("9223372036854775808", 0)]
    [InlineData("-9223372036854775808", 0)]
    [InlineData("92233720368547758.08", 2)]
    [InlineData("1e19", 0)]
    [InlineData("1e99", 0)]
    [InlineData("1234567890123456789012345678901234567890", 0)]
    [InlineData("00000000000000000000000000000000000000000000000000000000000000001", 0)]
    public void Parse_Beyond64Bits_IsTooLarge(string text, int scale) => Assert.Equal(FixedPointError.TooLarge, FixedPoint.Parse(Encoding.ASCII.GetBytes(text), scale, out _));

    [Fact]
    public void Parse_FortyDigits_IsNeverRounded()
    {
        Assert.NotEqual(FixedPointError.None, FixedPoint.Parse("0.1234567890123456789012345678901234567890"u8, 18, out var mantissa));
        Assert.Equal(0, mantissa);
    }

    [Fact]
    public void Parse_AnyBytes_NeverThrows() =>
        Gen.Select(Gen.Byte.Array[0, 70], Gen.Int[0, 18]).Sample((bytes, scale) => FixedPoint.Parse(bytes, scale, out _), iter: 5000);

    [Fact]
    public void Parse_AnyDecimalText_IsExactOrRefused() =>
        Gen.Select(Gen.Char["0123456789"].Array[1, 25], Gen.Char["0123456789"].Array[0, 20], Gen.Int[-25, 25], Gen.Int[0, 18], Gen.Bool).Sample(
            (whole, fraction, exponent, scale, negative) =>
            {
                var text = (negative ? "-" : "") + new string(whole) + (fraction.Length > 0 ? "." + new string(fraction) : "") + (exponent != 0 ? "e" + exponent.ToString(CultureInfo.InvariantCulture) : "");
                var value = BigInteger.Parse(new string(whole) + new string(fraction), CultureInfo.InvariantCulture);
                var shift = scale - fraction.Length + exponent;
                var isWhole = shift >= 0 || value % BigInteger.Pow(10, -shift) == 0;
                var scaled = shift >= 0 ? value * BigInteger.Pow(10, shift) : value / BigInteger.Pow(10, -shift);

                var error = FixedPoint.Parse(Encoding.ASCII.GetBytes(text), scale, out var mantissa);

                if (error == FixedPointError.None) Assert.Equal(negative ? -scaled : scaled, mantissa);
                else Assert.True(!isWhole || scaled > long.MaxValue || value > (BigInteger)(Int128.MaxValue / 100), $"{text} at scale {scale}: {error}");
                if (!isWhole || scaled > long.MaxValue) Assert.NotEqual(FixedPointError.None, error);
            },
            iter: 5000);

    [Theory]
    [InlineData(6183763, 2, "61837.63")]
    [InlineData(100, 2, "1")]
    [InlineData(0, 8, "0")]
    [InlineData(-5, 1, "-0.5")]
    [InlineData(7, 0, "7")]
    [InlineData(1, 18, "0.000000000000000001")]
    public void Format_Mantissa_IsTheShortestText(long mantissa, int scale, string expected) => Assert.Equal(expected, FixedPoint.Format(mantissa, scale));

    [Fact]
    public void Format_ThenParse_IsTheSame() =>
        Gen.Select(Gen.Long[-long.MaxValue, long.MaxValue], Gen.Int[0, 18]).Sample(
            (mantissa, scale) =>
            {
                Assert.Equal(FixedPointError.None, FixedPoint.Parse(Encoding.ASCII.GetBytes(FixedPoint.Format(mantissa, scale)), scale, out var read));
                Assert.Equal(mantissa, read);
                Assert.Equal(decimal.Parse(FixedPoint.Format(mantissa, scale), CultureInfo.InvariantCulture), FixedPoint.ToDecimal(mantissa, scale));
            },
            iter: 2000);

    [Fact]
    public void ToDecimal_MoreThan28Digits_Throws()
    {
        Assert.Equal(1_000_000_000_000_000_000m, FixedPoint.ToDecimal((Int128)1_000_000_000_000_000_000 * 1_000_000_000_000_000_000, 18));
        Assert.Throws<OverflowException>(() => FixedPoint.ToDecimal(Int128.MaxValue, 18));
    }
}
