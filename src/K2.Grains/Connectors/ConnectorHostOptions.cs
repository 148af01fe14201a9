using K2.Domain.Instruments;
using K2.Domain.Trades;
using K2.Exchanges;
using K2.Exchanges.Gaps;

namespace K2.Grains.Connectors;

/// <summary>What the silo's configuration says of its connectors.</summary>
public sealed record ConnectorHostOptions
{
    /// <summary>The instruments to take, of all exchanges.</summary>
    public required IReadOnlyList<Instrument> Instruments { get; init; }

    /// <summary>How their trades are marked.</summary>
    public required TradeSource Source { get; init; }

    /// <summary>Endpoint, limits and timing of the connections.</summary>
    public ConnectorOptions Connector { get; init; } = new();

    /// <summary>How gaps are filled.</summary>
    public BackfillOptions Backfill { get; init; } = new();

    /// <summary>Addresses in place of the exchanges' own.</summary>
    public IReadOnlyDictionary<Exchange, ExchangeAddress> Addresses { get; init; } = new Dictionary<Exchange, ExchangeAddress>();

    /// <summary>Where replayed frames come from, or null for live connections.</summary>
    public IFrameOrigins? Origins { get; init; }

    /// <summary>Whether each exchange has a second connection in another silo, which goes on where the first one's silo dies. Default: no.</summary>
    public bool Pairs { get; init; }

    /// <summary>Seed of the back-off's jitter.</summary>
    public int JitterSeed { get; init; } = 1;

    /// <summary>Batches that may wait for the log before the socket is no longer read. Default 32.</summary>
    public int PendingBatches { get; init; } = 32;
}
