namespace K2.Domain.Trades;

/// <summary>A price as an integer at the instrument's price scale; positive in every accepted trade.</summary>
/// <param name="Mantissa">The price × 10^scale.</param>
public readonly record struct Price(long Mantissa) : IComparable<Price>
{
    /// <inheritdoc/>
    public int CompareTo(Price other) => Mantissa.CompareTo(other.Mantissa);

    /// <summary>Compares two prices of one scale.</summary>
    public static bool operator <(Price left, Price right) => left.Mantissa < right.Mantissa;

    /// <summary>Compares two prices of one scale.</summary>
    public static bool operator >(Price left, Price right) => left.Mantissa > right.Mantissa;

    /// <summary>Compares two prices of one scale.</summary>
    public static bool operator <=(Price left, Price right) => left.Mantissa <= right.Mantissa;

    /// <summary>Compares two prices of one scale.</summary>
    public static bool operator >=(Price left, Price right) => left.Mantissa >= right.Mantissa;
}
