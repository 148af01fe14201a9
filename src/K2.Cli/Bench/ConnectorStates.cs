using K2.Contracts.Connectors;

namespace K2.Cli.Bench;

/// <summary>What benches ask of connectors.</summary>
internal static class ConnectorStates
{
    /// <summary>Whether the exchange streams every symbol that it was asked for.</summary>
    public static bool IsConfirmed(this ConnectorStatus connector) => connector.State == "streaming" && connector.Confirmed.Length == connector.Desired.Length;
}
