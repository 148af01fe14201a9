using System.Globalization;
using System.Net.WebSockets;

namespace K2.Exchanges.Connections;

/// <summary>
/// Opens WebSockets over the network. <see cref="ClientWebSocket"/> answers the exchange's pings by itself, with the same payload, whenever a
/// receive is under way.
/// </summary>
internal sealed class NetworkWebSockets : IWebSockets
{
    private const string ConnectionHeader = "X-K2-Connection";

    private NetworkWebSockets()
    {
    }

    public static NetworkWebSockets Instance { get; } = new();

    public async Task<OpenedSocket> OpenAsync(Uri address, SocketSettings settings, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        try
        {
            socket.Options.CollectHttpResponseDetails = true;
            socket.Options.KeepAliveInterval = settings.PingInterval;
            if (settings.PongTimeout is { } timeout) socket.Options.KeepAliveTimeout = timeout;
            if (settings.ReplayConnection is { } connection) socket.Options.SetRequestHeader(ConnectionHeader, connection);
            await socket.ConnectAsync(address, cancellationToken);
            return new OpenedSocket(socket);
        }
        catch (WebSocketException e)
        {
            var status = (int)socket.HttpStatusCode;
            var problem = status is 0 or 101 ? $"{address.Host}: {e.InnerException?.Message ?? e.Message}" : $"{address.Host} refused the connection with HTTP {status}";
            var retryAfter = RetryAfter(socket);
            socket.Dispose();
            return new OpenedSocket(null, problem, retryAfter);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static TimeSpan? RetryAfter(ClientWebSocket socket) =>
        socket.HttpResponseHeaders?.FirstOrDefault(h => h.Key.Equals("Retry-After", StringComparison.OrdinalIgnoreCase)).Value?.FirstOrDefault() is { } text
        && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : null;
}
