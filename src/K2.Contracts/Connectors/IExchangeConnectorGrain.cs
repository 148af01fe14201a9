using System.Collections.Immutable;

namespace K2.Contracts.Connectors;

/// <summary>Owns the desired state of one exchange's connection; a worker in the silo owns the socket. The key is the exchange's name.</summary>
[Alias("k2.IExchangeConnectorGrain")]
public interface IExchangeConnectorGrain : IGrainWithStringKey
{
    /// <summary>Sets the canonical symbols to be taken and connects if that is not paused. Repeating it changes nothing.</summary>
    [Alias("Start")]
    Task Start(ImmutableArray<string> symbols);

    /// <summary>Disconnects and stays so until <see cref="Resume"/>.</summary>
    [Alias("Pause")]
    Task Pause();

    /// <summary>Connects again after <see cref="Pause"/>.</summary>
    [Alias("Resume")]
    Task Resume();

    /// <summary>Stops taking frames, and returns when all that were taken are durable in the log.</summary>
    [Alias("Drain")]
    Task Drain();

    /// <summary>Returns what the connection does.</summary>
    [Alias("GetStatus")]
    [Orleans.Concurrency.AlwaysInterleave]
    Task<ConnectorStatus> GetStatus();
}
