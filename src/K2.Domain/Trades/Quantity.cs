namespace K2.Domain.Trades;

/// <summary>A quantity of the base asset as an integer at the instrument's quantity scale; positive in every accepted trade.</summary>
/// <param name="Mantissa">The quantity × 10^scale.</param>
public readonly record struct Quantity(long Mantissa);
