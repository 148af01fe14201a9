using K2.Domain.Instruments;
using K2.Domain.Trades;
using K2.Exchanges.Gaps;

namespace K2.Exchanges.Connections;

/// <summary>What every connection of a worker shares.</summary>
internal sealed record ConnectionContext
{
    public required IExchangeAdapter Adapter { get; init; }

    public required InstrumentTable Instruments { get; init; }

    public required IReadOnlyList<Instrument> Desired { get; init; }

    public required ConnectorOptions Options { get; init; }

    public required IConnectorSink Sink { get; init; }

    /// <summary>Is told what a connection may have missed; null where nobody follows the ids.</summary>
    public required IFeedWatch? Feed { get; init; }

    /// <summary>Null on a live exchange.</summary>
    public required IFrameOrigins? Origins { get; init; }

    public required TradeSource Source { get; init; }

    public required TimeProvider Time { get; init; }

    public required IWebSockets Sockets { get; init; }

    public required WorkerCounters Counters { get; init; }

    /// <summary>Is called whenever the answers to subscriptions have changed.</summary>
    public required Action<SubscriptionBook> OnSubscriptions { get; init; }

    /// <summary>Is called when the exchange announces the connection's end.</summary>
    public Action OnShutdown { get; init; } = () => { };
}
