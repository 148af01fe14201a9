namespace K2.Grains.Symbols;

/// <summary>Names of the Orleans streams.</summary>
public static class StreamNames
{
    /// <summary>The stream provider over the log.</summary>
    public const string Provider = "log";

    /// <summary>Namespace of the trade streams, keyed by instrument.</summary>
    public const string Trades = "trades";
}
