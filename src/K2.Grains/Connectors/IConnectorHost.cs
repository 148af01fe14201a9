using K2.Contracts.Connectors;
using K2.Contracts.Verification;
using K2.Domain;
using K2.Domain.Instruments;

namespace K2.Grains.Connectors;

/// <summary>The silo's sockets: runs at most one worker per exchange on behalf of the exchange's connector grain, and one on behalf of the second of a pair.</summary>
public interface IConnectorHost
{
    /// <summary>The canonical symbols that the configuration asks of an exchange.</summary>
    IReadOnlyList<string> Configured(Exchange exchange);

    /// <summary>Whether each exchange is to have a second connection in another silo.</summary>
    bool HasPairs { get; }

    /// <summary>Runs a worker for exactly these symbols; the same symbols again change nothing, others restart the worker.</summary>
    /// <exception cref="ArgumentException">A symbol is not in the instruments file.</exception>
    Task StartAsync(Exchange exchange, IReadOnlyList<string> symbols, bool isSecond = false);

    /// <summary>Stops the exchange's worker and returns when all that it took is durable in the log.</summary>
    Task StopAsync(Exchange exchange, bool isSecond = false);

    /// <summary>Returns what the exchange's worker does.</summary>
    ConnectorStatus Status(Exchange exchange, bool isSecond = false);

    /// <summary>Compares a symbol's candles with those that the exchange publishes.</summary>
    /// <exception cref="ArgumentException">The symbol is not in the instruments file.</exception>
    /// <exception cref="InvalidOperationException">A replay has no exchange to ask.</exception>
    Task<SymbolVerification> VerifyAsync(Exchange exchange, string symbol, TimeSpan range, CancellationToken cancellationToken);

    /// <summary>Asks for a symbol's past trades from a moment on.</summary>
    /// <exception cref="ArgumentException">The symbol is not in the instruments file.</exception>
    /// <exception cref="InvalidOperationException">The exchange's connector is paused or replays, or the exchange does not answer.</exception>
    Task<BackfillProgress> BackfillAsync(Exchange exchange, string symbol, Timestamp from, CancellationToken cancellationToken);

    /// <summary>Returns how far such a request is.</summary>
    BackfillProgress BackfillProgress(Exchange exchange, string symbol, long firstId, long lastId);

    /// <summary>Takes lines of a published trade file.</summary>
    /// <exception cref="ArgumentException">The symbol is not in the instruments file, or the file is not for it.</exception>
    /// <exception cref="InvalidOperationException">The exchange's connector is paused or replays, or the data is simulated.</exception>
    Task<ImportOutcome> ImportAsync(Exchange exchange, ImportChunk chunk, CancellationToken cancellationToken);

    /// <summary>Returns how many records of the exchange's trades are in the log and not yet durable in the warehouse.</summary>
    ValueTask<long> LagAsync(Exchange exchange);
}
