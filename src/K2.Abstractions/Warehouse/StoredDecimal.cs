using System.Globalization;
using System.Numerics;

namespace K2.Abstractions.Warehouse;

/// <summary>Numbers as warehouse and cold tier keep them: decimal(38, 18), by their mantissa. Exact both ways.</summary>
public static class StoredDecimal
{
    /// <summary>Digits behind the point of every stored number.</summary>
    public const int Scale = 18;

    private static readonly Int128[] Powers = [.. Enumerable.Range(0, Scale + 1).Select(power => (Int128)BigInteger.Pow(10, power))];

    /// <summary>Returns the stored mantissa of a mantissa at a smaller scale.</summary>
    /// <exception cref="OverflowException">The number does not fit.</exception>
    public static Int128 Widen(Int128 mantissa, int scale) => scale == Scale ? mantissa : checked(mantissa * Powers[Scale - scale]);

    /// <summary>Returns the mantissa at a smaller scale.</summary>
    /// <exception cref="K2Exception">The stored number has more digits than the scale.</exception>
    public static Int128 Narrow(Int128 stored, int scale)
    {
        var (quotient, rest) = Int128.DivRem(stored, Powers[Scale - scale]);
        return rest == 0 ? quotient : throw new K2Exception(string.Create(CultureInfo.InvariantCulture, $"a stored number has more than {scale} digits behind the point: the instruments file has changed its scales"));
    }
}
