using System.Collections.Immutable;

namespace K2.Grains.Connectors;

/// <summary>The second connection of an exchange's pair, in another silo than the first. The key is the exchange's name.</summary>
[Alias("k2.ISecondConnectorGrain")]
public interface ISecondConnectorGrain : IGrainWithStringKey
{
    /// <summary>Takes these symbols, unless it does; moves to another silo where it is in the first one's, and stops where there is no other. The first one calls it every few seconds.</summary>
    /// <param name="symbols">Canonical symbols.</param>
    /// <param name="first">The silo of the first connection.</param>
    [Alias("Keep")]
    Task Keep(ImmutableArray<string> symbols, SiloAddress first);

    /// <summary>Stops; returns when all that was taken is durable in the log.</summary>
    [Alias("Stop")]
    Task Stop();

    /// <summary>Returns what it does: one of the states of a connection.</summary>
    [Alias("GetState"), Orleans.Concurrency.AlwaysInterleave]
    Task<string> GetState();
}
