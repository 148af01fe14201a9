using System.Numerics;

namespace K2.Domain;

/// <summary>Divides sums of any size without a floating point.</summary>
public static class ExactDivision
{
    /// <summary>Returns numerator / denominator as a mantissa at a scale, rounded half to even.</summary>
    /// <param name="numerator">A mantissa.</param>
    /// <param name="numeratorScale">Its digits behind the point.</param>
    /// <param name="denominator">A mantissa above zero.</param>
    /// <param name="denominatorScale">Its digits behind the point.</param>
    /// <param name="scale">Digits behind the point of the result; at least the difference of the two others.</param>
    public static Int128 Divide(Int128 numerator, int numeratorScale, Int128 denominator, int denominatorScale, int scale)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(denominator, Int128.Zero);
        var shift = scale + denominatorScale - numeratorScale;
        ArgumentOutOfRangeException.ThrowIfNegative(shift, nameof(scale));
        var (quotient, rest) = BigInteger.DivRem((BigInteger)numerator * BigInteger.Pow(10, shift), denominator);
        var twice = BigInteger.Abs(rest) * 2;
        if (twice > denominator || (twice == denominator && !quotient.IsEven)) quotient += numerator < 0 ? -1 : 1;
        return (Int128)quotient;
    }
}
