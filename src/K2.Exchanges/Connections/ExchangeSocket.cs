using System.Net.WebSockets;
using System.Threading.Channels;

namespace K2.Exchanges.Connections;

/// <summary>
/// The socket of one connection: opens it, sends requests at the allowed rate, closes it.
/// </summary>
internal sealed class ExchangeSocket : IAsyncDisposable
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(1);

    private readonly ConnectionContext _context;
    private readonly SocketSettings _settings;
    private readonly Uri _address;
    private readonly CancellationTokenSource _senderStop = new();
    private readonly Channel<OutgoingRequest> _outgoing;
    private Task _sender = Task.CompletedTask;
    private WebSocket? _socket;

    public ExchangeSocket(ConnectionContext context, string connectionId)
    {
        _context = context;
        _address = context.Options.EndpointOverride ?? context.Adapter.Endpoint;
        _outgoing = Channel.CreateBounded<OutgoingRequest>(
            new BoundedChannelOptions((2 * context.Desired.Count) + 16) { SingleReader = true, SingleWriter = true });

        // A stalled sink stops the reading and with it the pongs: in a replay, where nothing can be lost, that must not end the connection.
        _settings = new SocketSettings(context.Options.PingInterval, context.Origins is null ? context.Options.PongTimeout : null, context.Origins is null ? null : connectionId);
    }

    /// <summary>Opens the connection.</summary>
    /// <returns>Null, or how the attempt ended.</returns>
    public async Task<ConnectionEnd?> OpenAsync(CancellationToken stop)
    {
        using var timeout = new CancellationTokenSource(_context.Options.ConnectTimeout, _context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop);
        try
        {
            var opened = await _context.Sockets.OpenAsync(_address, _settings, either.Token);
            if (opened.Socket is null) return new ConnectionEnd(opened.Problem, false, opened.RetryAfter);

            _socket = opened.Socket;
            _sender = SendLoopAsync(_socket, _senderStop.Token);
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
    }

    /// <summary>Starts receiving into memory; the socket must be open.</summary>
    public ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer) => _socket!.ReceiveAsync(buffer, CancellationToken.None);

    /// <summary>How the exchange closed the connection.</summary>
    public string CloseReason => $"closed by the exchange: {(int?)_socket?.CloseStatus} {_socket?.CloseStatusDescription}".Trim();

    /// <summary>Queues a request for sending.</summary>
    /// <exception cref="InvalidOperationException">More requests than twice the subscriptions are under way: a fault of the caller.</exception>
    public void Send(OutgoingRequest request)
    {
        if (!_outgoing.Writer.TryWrite(request)) throw new InvalidOperationException("the queue of requests is full");
    }

    /// <summary>Says goodbye, gives up whatever is under way and frees the socket.</summary>
    public async ValueTask DisposeAsync()
    {
        _senderStop.CancelNow();
        await _sender;
        if (_socket?.State is WebSocketState.Open or WebSocketState.CloseReceived)
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

        _socket?.Abort();
        _socket?.Dispose();
        _senderStop.Dispose();
    }

    private async Task SendLoopAsync(WebSocket socket, CancellationToken stop)
    {
        var limiter = new MessageLimiter(_context.Adapter.Limits.MessagesPerSecond, _context.Time);
        try
        {
            while (true)
            {
                var request = await _outgoing.Reader.ReadAsync(stop);
                await limiter.WaitAsync(stop);
                request.MarkSent(_context.Time.GetTimestamp());
                await socket.SendAsync(request.Message, WebSocketMessageType.Text, endOfMessage: true, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The connection is being closed.
        }
        catch (Exception e) when (e is WebSocketException or IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            // Ends the receive under way, which reports the loss.
            socket.Abort();
        }
    }
}
