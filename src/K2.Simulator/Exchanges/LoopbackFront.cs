using K2.Simulator.WebSockets;
using Microsoft.AspNetCore.Http;

namespace K2.Simulator.Exchanges;

/// <summary>Leads HTTP requests and WebSockets on a port of 127.0.0.1 to an exchange.</summary>
internal sealed class LoopbackFront : IAsyncDisposable
{
    private readonly IVenue _venue;
    private LoopbackServer _server = null!;

    private LoopbackFront(IVenue venue) => _venue = venue;

    /// <summary>The port's address, <c>ws://127.0.0.1:port/</c>.</summary>
    public Uri Address => _server.Address;

    /// <summary>Listens on a port, or on a free one.</summary>
    public static async Task<LoopbackFront> StartAsync(IVenue venue, int port, CancellationToken cancellationToken)
    {
        var front = new LoopbackFront(venue);
        front._server = await LoopbackServer.StartAsync(front.ServeAsync, cancellationToken, port);
        return front;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task ServeAsync(HttpContext context)
    {
        var wantsSocket = context.Request.Headers.ContainsKey("Sec-WebSocket-Key");
        if (_venue.IsDown || (wantsSocket && context.Request.Path == _venue.SocketPath && _venue.RefusesSockets))
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        }
        else if (wantsSocket)
        {
            if (await ServerWebSocket.AcceptAsync(context) is { } socket) await _venue.ServeAsync(socket, context.RequestAborted);
        }
        else
        {
            var answer = await _venue.AskAsync(context.Request.Path.Value ?? "/", context.Request.Query, context.RequestAborted);
            context.Response.StatusCode = answer.Status;
            context.Response.ContentType = "application/json";
            foreach (var (name, value) in answer.Headers) context.Response.Headers[name] = value;
            await context.Response.Body.WriteAsync(answer.Body, context.RequestAborted);
        }
    }
}
