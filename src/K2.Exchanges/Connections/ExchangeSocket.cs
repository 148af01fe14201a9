using System.Globalization;
using System.Net.WebSockets;
using System.Threading.Channels;

namespace K2.Exchanges.Connections;

/// <summary>
/// The socket of one connection: opens it, sends requests at the allowed rate, closes it. <see cref="ClientWebSocket"/> answers the
/// exchange's pings by itself, with the same payload, whenever a receive is under way.
/// </summary>
internal sealed class ExchangeSocket : IAsyncDisposable
{
    private const string ConnectionHeader = "X-K2-Connection";
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(1);

    private readonly ClientWebSocket _socket = new();
    private readonly ConnectionContext _context;
    private readonly Uri _address;
    private readonly CancellationTokenSource _senderStop = new();
    private readonly Channel<OutgoingRequest> _outgoing;
    private Task _sender = Task.CompletedTask;

    public ExchangeSocket(ConnectionContext context, string connectionId)
    {
        _context = context;
        _address = context.Options.EndpointOverride ?? context.Adapter.Endpoint;
        _outgoing = Channel.CreateBounded<OutgoingRequest>(
            new BoundedChannelOptions((2 * context.Desired.Count) + 16) { SingleReader = true, SingleWriter = true });
        _socket.Options.CollectHttpResponseDetails = true;
        _socket.Options.KeepAliveInterval = context.Options.PingInterval;

        // A stalled sink stops the reading and with it the pongs: in a replay, where nothing can be lost, that must not end the connection.
        if (context.Origins is null) _socket.Options.KeepAliveTimeout = context.Options.PongTimeout;
        else _socket.Options.SetRequestHeader(ConnectionHeader, connectionId);
    }

    /// <summary>Opens the connection.</summary>
    /// <returns>Null, or how the attempt ended.</returns>
    public async Task<ConnectionEnd?> OpenAsync(CancellationToken stop)
    {
        using var timeout = new CancellationTokenSource(_context.Options.ConnectTimeout, _context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop);
        try
        {
            await _socket.ConnectAsync(_address, either.Token);
            _sender = SendLoopAsync(_senderStop.Token);
            return null;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return new ConnectionEnd("stopped", false);
        }
        catch (OperationCanceledException)
        {
            return new ConnectionEnd($"{_address.Host} did not answer within {_context.Options.ConnectTimeout.TotalSeconds} s", false);
        }
        catch (WebSocketException e)
        {
            var status = (int)_socket.HttpStatusCode;
            var reason = status is 0 or 101 ? $"{_address.Host}: {e.InnerException?.Message ?? e.Message}" : $"{_address.Host} refused the connection with HTTP {status}";
            return new ConnectionEnd(reason, false, RetryAfter());
        }
    }

    /// <summary>Starts receiving into memory.</summary>
    public ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer) => _socket.ReceiveAsync(buffer, CancellationToken.None);

    /// <summary>How the exchange closed the connection.</summary>
    public string CloseReason => $"closed by the exchange: {(int?)_socket.CloseStatus} {_socket.CloseStatusDescription}".Trim();

    /// <summary>Queues a request for sending.</summary>
    /// <exception cref="InvalidOperationException">More requests than twice the subscriptions are under way: a fault of the caller.</exception>
    public void Send(OutgoingRequest request)
    {
        if (!_outgoing.Writer.TryWrite(request)) throw new InvalidOperationException("the queue of requests is full");
    }

    /// <summary>Says goodbye, gives up whatever is under way and frees the socket.</summary>
    public async ValueTask DisposeAsync()
    {
        await _senderStop.CancelAsync();
        await _sender;
        if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
        {
            using var timeout = new CancellationTokenSource(CloseTimeout, _context.Time);
            try
            {
                await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, timeout.Token);
            }
            catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
            {
                // The other side is gone already; nothing is owed to it.
            }
        }

        _socket.Abort();
        _socket.Dispose();
        _senderStop.Dispose();
    }

    private async Task SendLoopAsync(CancellationToken stop)
    {
        var limiter = new MessageLimiter(_context.Adapter.Limits.MessagesPerSecond, _context.Time);
        try
        {
            await foreach (var request in _outgoing.Reader.ReadAllAsync(stop))
            {
                await limiter.WaitAsync(stop);
                request.MarkSent(_context.Time.GetTimestamp());
                await _socket.SendAsync(request.Message, WebSocketMessageType.Text, endOfMessage: true, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The connection is being closed.
        }
        catch (Exception e) when (e is WebSocketException or IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            // Ends the receive under way, which reports the loss.
            _socket.Abort();
        }
    }

    private TimeSpan? RetryAfter() =>
        _socket.HttpResponseHeaders?.FirstOrDefault(h => h.Key.Equals("Retry-After", StringComparison.OrdinalIgnoreCase)).Value?.FirstOrDefault() is { } text
        && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : null;
}
