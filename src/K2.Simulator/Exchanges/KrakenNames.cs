namespace K2.Simulator.Exchanges;

/// <summary>The names that Kraken's REST API has for assets and pairs, older than those of its WebSocket.</summary>
internal static class KrakenNames
{
    private static readonly Dictionary<string, string> Renamed = new(StringComparer.Ordinal) { ["BTC"] = "XBT", ["DOGE"] = "XDG" };
    private static readonly HashSet<string> OldCoins = new(StringComparer.Ordinal) { "XBT", "ETH", "LTC", "XRP", "XLM", "XMR", "ZEC", "ETC" };
    private static readonly HashSet<string> OldMoneys = new(StringComparer.Ordinal) { "USD", "EUR", "GBP", "CAD", "JPY" };

    /// <summary>Returns the code of an asset: the oldest have a letter more in front.</summary>
    public static string Asset(string asset) => Short(asset) switch
    {
        var name when OldCoins.Contains(name) || name == "XDG" => "X" + name,
        var name when OldMoneys.Contains(name) => "Z" + name,
        var name => name,
    };

    /// <summary>Returns the name under which results stand: made of the codes where both assets are old, else the one that is asked for.</summary>
    public static string Pair(SimulatedInstrument instrument) =>
        OldCoins.Contains(Short(instrument.Base)) && (OldMoneys.Contains(instrument.Quote) || OldCoins.Contains(Short(instrument.Quote)))
            ? Asset(instrument.Base) + Asset(instrument.Quote)
            : instrument.Rest;

    /// <summary>Returns the name on the first WebSocket, <c>wsname</c>, which the second one does not take.</summary>
    public static string Legacy(SimulatedInstrument instrument) => $"{Short(instrument.Base)}/{Short(instrument.Quote)}";

    private static string Short(string asset) => Renamed.GetValueOrDefault(asset, asset);
}
