using System.Collections.Immutable;

namespace K2.Contracts.Connectors;

/// <summary>Owns the desired state of one exchange's connection; a worker in the silo owns the socket. The key is the exchange's name.</summary>
[Alias("k2.IExchangeConnectorGrain")]
public interface IExchangeConnectorGrain : IGrainWithStringKey
{
    /// <summary>Sets the canonical symbols to be taken and connects if that is not paused. Repeating it changes nothing.</summary>
    [Alias("Start")]
    Task Start(ImmutableArray<string> symbols);

    /// <summary>
    /// Connects to what the configuration asks for, or to what <see cref="Start"/> was last told, unless it is connected or paused. Every silo calls it
    /// every few seconds: the first call after a silo was lost finds the connector a new one.
    /// </summary>
    [Alias("Keep")]
    Task Keep();

    /// <summary>Disconnects and stays so until <see cref="Resume"/>, also when its silo dies or everything is started anew.</summary>
    /// <exception cref="InvalidOperationException">It is paused, but no note of it could be made: another silo would not know.</exception>
    [Alias("Pause")]
    Task Pause();

    /// <summary>Connects again after <see cref="Pause"/>.</summary>
    [Alias("Resume")]
    Task Resume();

    /// <summary>
    /// Stops taking frames, and returns when all that were taken are durable in the log; <see cref="ConnectorStatus.LagRecords"/> then says how many are
    /// still on their way into the warehouse. Stays so until <see cref="Resume"/>, or until another silo takes the exchange over.
    /// </summary>
    [Alias("Drain")]
    Task Drain();

    /// <summary>
    /// Asks for all past trades of a symbol from a moment on, and returns once it is known which they are. They are then fetched like any other gap,
    /// also after a restart; asking again changes nothing.
    /// </summary>
    [Alias("Backfill"), ResponseTimeout("00:05:00"), Orleans.Concurrency.AlwaysInterleave]
    Task<BackfillProgress> Backfill(string symbol, DateTime from);

    /// <summary>Returns how far a request is; its ids are those that <see cref="Backfill"/> returned.</summary>
    [Alias("GetBackfillProgress"), Orleans.Concurrency.AlwaysInterleave]
    Task<BackfillProgress> GetBackfillProgress(string symbol, long firstId, long lastId);

    /// <summary>Takes lines of a published trade file the same way as live trades; lines that are known change nothing.</summary>
    [Alias("Import"), ResponseTimeout("00:05:00"), Orleans.Concurrency.AlwaysInterleave]
    Task<ImportOutcome> Import(ImportChunk chunk);

    /// <summary>Returns what the connection does.</summary>
    [Alias("GetStatus")]
    [Orleans.Concurrency.AlwaysInterleave]
    Task<ConnectorStatus> GetStatus();
}
