namespace K2.Silo;

/// <summary>What a process of the platform does.</summary>
public enum SiloRole
{
    /// <summary>Everything: alone, or as one silo of several that serves too.</summary>
    All,

    /// <summary>Grains, streams, connectors, writers and exports; it serves what an operator needs and no market data.</summary>
    Silo,

    /// <summary>Serves REST and pages as a client of the cluster's silos.</summary>
    Api,
}
