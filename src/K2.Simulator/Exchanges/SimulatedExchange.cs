using K2.Domain.Instruments;
using K2.Simulator.Virtual;

namespace K2.Simulator.Exchanges;

/// <summary>
/// An exchange that speaks the real one's WebSocket and REST protocols, makes trades from a seed, has faults, and keeps a ledger of every trade: on a
/// free port of 127.0.0.1, or within the process on a network and a clock of its own, where every run of a seed takes the same steps.
/// </summary>
public sealed class SimulatedExchange : IAsyncDisposable
{
    private readonly ExchangeState _state;
    private readonly FaultMaker _faultMaker;
    private readonly TradeMaker _tradeMaker;
    private readonly VenueDoor _door;
    private readonly CancellationTokenSource _stop = new();
    private LoopbackFront? _front;
    private Task _making = Task.CompletedTask;

    private SimulatedExchange(SimulatedExchangeOptions options)
    {
        _state = new ExchangeState(options);
        _faultMaker = new FaultMaker(_state);
        _tradeMaker = new TradeMaker(_state, _faultMaker);
        _door = new VenueDoor(_state, _stop.Token);
        Ledger = new TradeLedger(_state.Market);
    }

    /// <summary>The exchange.</summary>
    public Exchange Exchange => _state.Options.Exchange;

    /// <summary>The WebSocket's address.</summary>
    /// <exception cref="InvalidOperationException">The exchange has no port.</exception>
    public Uri WebSocketEndpoint => new(Address, _state.Protocol.SocketPath);

    /// <summary>The REST API's address.</summary>
    /// <exception cref="InvalidOperationException">The exchange has no port.</exception>
    public Uri RestEndpoint => new($"http://127.0.0.1:{Address.Port}/");

    /// <summary>Every trade.</summary>
    public TradeLedger Ledger { get; }

    /// <summary>Ends when all trades were made and no fault lasts.</summary>
    public Task Finished => _tradeMaker.Finished;

    /// <summary>Requests and messages beyond what the exchange allows; a client that keeps to its limits has none.</summary>
    public long LimitsExceeded => _door.LimitsExceeded;

    /// <summary>How often each fault has happened.</summary>
    public IReadOnlyDictionary<FaultKind, long> FaultsFired => _state.Faults.Fired;

    /// <summary>Where networks lead to.</summary>
    internal IVenue Venue => _door;

    private Uri Address => _front?.Address ?? throw new InvalidOperationException("this exchange listens on no port");

    /// <summary>Starts an exchange on a port of 127.0.0.1.</summary>
    public static async Task<SimulatedExchange> StartAsync(SimulatedExchangeOptions options, CancellationToken cancellationToken)
    {
        var exchange = new SimulatedExchange(options);
        exchange._front = await LoopbackFront.StartAsync(exchange._door, options.Port, cancellationToken);
        exchange._making = Task.Run(() => exchange._tradeMaker.RunAsync(exchange._stop.Token), CancellationToken.None);
        return exchange;
    }

    /// <summary>Starts an exchange that is reached by a <see cref="VirtualNetwork"/> only; all it does happens in the caller's context.</summary>
    public static SimulatedExchange StartVirtual(SimulatedExchangeOptions options)
    {
        var exchange = new SimulatedExchange(options);
        exchange._making = exchange._tradeMaker.RunAsync(exchange._stop.Token);
        return exchange;
    }

    /// <summary>Starts to make trades, where that was held back.</summary>
    public void Release() => _tradeMaker.IsHeld = false;

    /// <summary>Makes no more trades; all else goes on.</summary>
    public void Hold() => _tradeMaker.IsHeld = true;

    /// <summary>Announces on every connection that it will be closed, and keeps it open.</summary>
    public void Announce()
    {
        lock (_state.Gate)
        {
            if (_state.Protocol.Shutdown() is not { } words) return;
            foreach (var connection in _state.Connections) connection.Send(words);
        }
    }

    /// <summary>Lets a fault happen now.</summary>
    public void Inject(FaultKind kind, int amount, TimeSpan duration)
    {
        lock (_state.Gate) _faultMaker.Happen(new ScriptedFault(0, kind, amount, duration));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _stop.EndNow();
        await _making;
        if (_front is not null) await _front.DisposeAsync();
        _stop.Dispose();
    }
}
