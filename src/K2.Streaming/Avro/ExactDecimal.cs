using K2.Domain.Log;

namespace K2.Streaming.Avro;

/// <summary>Between a mantissa at an instrument's scale and the unscaled value at the schema's 18 digits. Exact both ways.</summary>
internal static class ExactDecimal
{
    /// <summary>Digits behind the point in the schema.</summary>
    public const int Scale = 18;

    private static readonly long[] Powers = PowersOfTen();

    /// <summary>Returns the value at 18 digits.</summary>
    public static Int128 Widen(long mantissa, int scale) => (Int128)mantissa * Powers[Scale - scale];

    /// <summary>Returns the mantissa at a scale.</summary>
    /// <exception cref="CorruptRecordException">The value has more digits than the scale, or is out of range.</exception>
    public static long Narrow(Int128 value, int scale, string field)
    {
        var power = Powers[Scale - scale];
        var mantissa = value / power;
        if (mantissa * power != value) throw new CorruptRecordException($"{field} has more than {scale} digits, which the instruments file allows");
        return mantissa >= long.MinValue && mantissa <= long.MaxValue ? (long)mantissa : throw new CorruptRecordException($"{field} is out of range");
    }

    private static long[] PowersOfTen()
    {
        var powers = new long[Scale + 1];
        powers[0] = 1;
        for (var i = 1; i <= Scale; i++) powers[i] = powers[i - 1] * 10;
        return powers;
    }
}
