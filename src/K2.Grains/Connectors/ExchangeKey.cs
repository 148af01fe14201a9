using K2.Domain.Instruments;

namespace K2.Grains.Connectors;

/// <summary>The key of grains of which each exchange has one.</summary>
internal static class ExchangeKey
{
    /// <summary>Returns the exchange that a grain is for.</summary>
    /// <exception cref="ArgumentException">Its key is no exchange's name.</exception>
    public static Exchange Of(IAddressable grain) =>
        ExchangeNames.TryParse(grain.GetPrimaryKeyString(), out var exchange) ? exchange : throw new ArgumentException($"'{grain.GetPrimaryKeyString()}' is no exchange: one of {string.Join(", ", ExchangeNames.All.Select(name => name.ToName()))}");
}
