using System.Globalization;
using System.Text.Json;
using K2.Domain.Instruments;
using K2.Simulator.Virtual;
using K2.Simulator.WebSockets;
using Microsoft.AspNetCore.Http;

namespace K2.Simulator.Exchanges;

/// <summary>
/// An exchange that speaks the real one's WebSocket and REST protocols, makes trades from a seed, has faults, and keeps a ledger of every trade: on a
/// free port of 127.0.0.1, or within the process on a network and a clock of its own, where every run of a seed takes the same steps.
/// </summary>
public sealed class SimulatedExchange : IVenue, IAsyncDisposable
{
    private readonly SimulatedExchangeOptions _options;
    private readonly Market _market;
    private readonly ExchangeProtocol _protocol;
    private readonly FaultState _faults;
    private readonly RequestLimits _limits;
    private readonly Lock _gate = new();
    private readonly List<SimulatedConnection> _connections = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LoopbackFront? _front;
    private Task _making = Task.CompletedTask;
    private int _nextFault;
    private long _limitsExceeded;
    private volatile bool _isHeld;

    private SimulatedExchange(SimulatedExchangeOptions options)
    {
        if (options.Instruments.Count == 0) throw new ArgumentException("an exchange needs an instrument", nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.TradesPerSecond, 1);
        _options = options;
        _isHeld = options.StartHeld;
        _market = new Market(options);
        _faults = new FaultState(options.Time);
        _limits = new RequestLimits(options.Exchange, options.Time);
        _protocol = options.Exchange switch
        {
            Exchange.Binance => new BinanceProtocol(_market, options.Time),
            Exchange.Kraken => new KrakenProtocol(_market, options.Time),
            Exchange.Coinbase => new CoinbaseProtocol(_market, options.Time),
            _ => throw new ArgumentException($"{options.Exchange} is not simulated", nameof(options)),
        };
        Ledger = new TradeLedger(_market);
    }

    /// <summary>The exchange.</summary>
    public Exchange Exchange => _options.Exchange;

    /// <summary>The WebSocket's address.</summary>
    /// <exception cref="InvalidOperationException">The exchange has no port.</exception>
    public Uri WebSocketEndpoint => new(Address, _protocol.SocketPath);

    /// <summary>The REST API's address.</summary>
    /// <exception cref="InvalidOperationException">The exchange has no port.</exception>
    public Uri RestEndpoint => new($"http://127.0.0.1:{Address.Port}/");

    /// <summary>Every trade.</summary>
    public TradeLedger Ledger { get; }

    /// <summary>Ends when all trades were made and no fault lasts.</summary>
    public Task Finished => _finished.Task;

    /// <summary>Requests and messages beyond what the exchange allows; a client that keeps to its limits has none.</summary>
    public long LimitsExceeded => Volatile.Read(ref _limitsExceeded);

    /// <summary>How often each fault has happened.</summary>
    public IReadOnlyDictionary<FaultKind, long> FaultsFired => _faults.Fired;

    private Uri Address => _front?.Address ?? throw new InvalidOperationException("this exchange listens on no port");

    /// <summary>Starts an exchange on a port of 127.0.0.1.</summary>
    public static async Task<SimulatedExchange> StartAsync(SimulatedExchangeOptions options, CancellationToken cancellationToken)
    {
        var exchange = new SimulatedExchange(options);
        exchange._front = await LoopbackFront.StartAsync(exchange, options.Port, cancellationToken);
        exchange._making = Task.Run(exchange.MakeAsync, CancellationToken.None);
        return exchange;
    }

    /// <summary>Starts an exchange that is reached by a <see cref="VirtualNetwork"/> only; all it does happens in the caller's context.</summary>
    public static SimulatedExchange StartVirtual(SimulatedExchangeOptions options)
    {
        var exchange = new SimulatedExchange(options);
        exchange._making = exchange.MakeAsync();
        return exchange;
    }

    /// <summary>Starts to make trades, where that was held back.</summary>
    public void Release() => _isHeld = false;

    /// <summary>Makes no more trades; all else goes on.</summary>
    public void Hold() => _isHeld = true;

    /// <summary>Announces on every connection that it will be closed, and keeps it open.</summary>
    public void Announce()
    {
        lock (_gate)
        {
            if (_protocol.Shutdown() is not { } words) return;
            foreach (var connection in _connections) connection.Send(words);
        }
    }

    /// <summary>Lets a fault happen now.</summary>
    public void Inject(FaultKind kind, int amount, TimeSpan duration)
    {
        lock (_gate) Happen(new ScriptedFault(0, kind, amount, duration));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        End(_stop);
        await _making;
        if (_front is not null) await _front.DisposeAsync();
        _stop.Dispose();
    }

    private async Task MakeAsync()
    {
        var time = _options.Time;
        var last = time.GetTimestamp();
        var lastHeartbeat = last;
        long owed = 0;
        using var timer = new PeriodicTimer(_options.Tick, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                var now = time.GetTimestamp();
                var elapsed = time.GetElapsedTime(last, now);
                last = now;
                owed += elapsed.Ticks * _options.TradesPerSecond;
                var count = (int)(owed / TimeSpan.TicksPerSecond);
                owed -= count * TimeSpan.TicksPerSecond;
                lock (_gate)
                {
                    if (_faults.IsFrozen || _isHeld) count = 0;
                    if (_options.MaxTrades is { } most) count = (int)Math.Min(count, most - _market.Made);
                    while (count > 0) count -= MakeSome(count);
                    if (time.GetElapsedTime(lastHeartbeat) >= _options.HeartbeatInterval)
                    {
                        lastHeartbeat = time.GetTimestamp();
                        SendHeartbeats();
                    }
                }

                if (_market.Made >= _options.MaxTrades && !_faults.IsAnyLasting) _finished.TrySetResult();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The exchange closes.
        }
        catch (Exception failure)
        {
            // Whoever waits for the end has to learn that there will be none.
            _finished.TrySetException(failure);
            throw;
        }
    }

    /// <summary>Makes trades up to the next scripted fault, and lets that happen.</summary>
    private int MakeSome(int count)
    {
        var faults = _options.Faults;
        if (_nextFault < faults.Count) count = (int)Math.Clamp(faults[_nextFault].AfterTrades - _market.Made, 1, count);
        var made = _market.Make(count);
        foreach (var connection in _connections)
        {
            var subscribed = made.Where(trade => connection.Subscribed(trade.Native)).ToList();
            if (subscribed.Count == 0) continue;
            foreach (var message in _protocol.Messages(connection, subscribed)) _faults.Pass(connection, message);
        }

        while (_nextFault < faults.Count && faults[_nextFault].AfterTrades <= _market.Made) Happen(faults[_nextFault++]);
        return made.Count;
    }

    private void SendHeartbeats()
    {
        foreach (var connection in _connections)
        {
            if ((_options.Exchange == Exchange.Coinbase || !connection.WasBusy) && _protocol.Heartbeat(connection) is { } heartbeat) connection.Send(heartbeat);
            connection.WasBusy = false;
            connection.ReleaseHeld();
        }
    }

    private void Happen(ScriptedFault fault)
    {
        switch (fault.Kind)
        {
            case FaultKind.CutConnections or FaultKind.NetworkDown:
                foreach (var connection in _connections) connection.Cut();
                break;
            case FaultKind.CutMidFrame:
                var trades = _market.Latest(_options.Instruments[0].Native, 1);
                foreach (var connection in _connections) connection.CutIn(_protocol.Messages(connection, trades).FirstOrDefault() ?? "{\"channel\":\"status\"}"u8.ToArray());
                break;
            case FaultKind.SilentSocket:
                foreach (var connection in _connections) connection.FallSilent();
                break;
            case FaultKind.DailyClose:
                foreach (var connection in _connections) connection.Close();
                break;
            case FaultKind.ServerShutdown:
                foreach (var connection in _connections)
                {
                    if (_protocol.Shutdown() is { } words) connection.Send(words);
                    connection.Close();
                }

                break;
            case FaultKind.ClockSkew:
                _market.Skew(fault.Amount);
                break;
            case FaultKind.IdRestart:
                _market.RestartIds(fault.Amount);
                break;
        }

        _faults.Begin(fault);
    }

    bool IVenue.RefusesSockets => _faults.IsDown || _faults.RefusesConnections;

    bool IVenue.IsDown => _faults.IsDown;

    string IVenue.SocketPath => _protocol.SocketPath;

    async Task<RestAnswer> IVenue.AskAsync(string path, IQueryCollection query, CancellationToken cancellationToken)
    {
        if (_faults.RestDelay > TimeSpan.Zero) await Task.Delay(_faults.RestDelay, _options.Time, cancellationToken);
        var isAllowed = _limits.Take(path, query["pair"].ToString(), out var used, out var wait);
        if (!isAllowed && _options.EnforcesLimits) Interlocked.Increment(ref _limitsExceeded);
        var answer = _faults.RestRefusal switch
        {
            FaultKind.RestTooManyRequests => _protocol.TooMany(false, _faults.RetryAfterSeconds),
            FaultKind.RestBanned => _protocol.TooMany(true, _faults.RetryAfterSeconds),
            FaultKind.RestUnavailable => new RestAnswer(StatusCodes.Status503ServiceUnavailable, []),
            _ when !isAllowed && _options.EnforcesLimits => _protocol.TooMany(false, (int)Math.Ceiling(wait.TotalSeconds)),
            _ => _protocol.Rest(path, query),
        };
        if (_options.Exchange == Exchange.Binance) answer.Headers["X-MBX-USED-WEIGHT-1M"] = used.ToString(CultureInfo.InvariantCulture);
        return answer;
    }

    async Task IVenue.ServeAsync(IServerSocket socket, CancellationToken cancellationToken)
    {
        var connection = new SimulatedConnection(socket);
        lock (_gate)
        {
            _connections.Add(connection);
            foreach (var message in _protocol.Opening(connection)) connection.Send(message);
        }

        using var pings = _protocol.PingInterval is { } interval ? new ClientPings(_options.Time, interval, _protocol.PongTimeout, connection.Ping, connection.Cut) : null;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, cancellationToken);
        var writing = connection.WriteAsync(end.Token);
        try
        {
            while (await socket.ReadAsync(end.Token) is { Opcode: not SocketOpcode.Close } message) Take(connection, pings, message);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or InvalidDataException or ObjectDisposedException or InvalidOperationException)
        {
            // The client is gone or speaks another language.
        }

        lock (_gate) _connections.Remove(connection);
        connection.Close();
        End(end);
        await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    // Cancelled here and now: by way of the thread pool a run with a virtual clock would not be the same each time.
    private static void End(CancellationTokenSource source) => source.Cancel();

    private void Take(SimulatedConnection connection, ClientPings? pings, ClientMessage message)
    {
        if (message.Opcode == SocketOpcode.Ping) connection.Pong(message.Payload);
        if (message.Opcode == SocketOpcode.Pong) pings?.Answered(message.Payload);
        if (_options.EnforcesLimits && !connection.MaySend(_protocol.MessagesPerSecond, _options.Time))
        {
            Interlocked.Increment(ref _limitsExceeded);
            connection.Cut();
            return;
        }

        if (message.Opcode is not (SocketOpcode.Text or SocketOpcode.Binary)) return;
        JsonElement request;
        try
        {
            request = JsonElement.Parse(message.Payload);
        }
        catch (JsonException)
        {
            request = JsonElement.Parse("{}"u8);
        }

        if (request.ValueKind != JsonValueKind.Object) request = JsonElement.Parse("{}"u8);

        lock (_gate)
        {
            foreach (var answer in _protocol.Answer(connection, request, _faults.TakeRefusal).ToList()) connection.Send(answer);
        }
    }
}
