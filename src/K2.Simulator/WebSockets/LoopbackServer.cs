using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace K2.Simulator.WebSockets;

/// <summary>
/// A web server on a port of 127.0.0.1. It is Kestrel without a host: a host inside the silo would take over the process's signals.
/// </summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly KestrelServer _server;

    private LoopbackServer(KestrelServer server, Uri address)
    {
        _server = server;
        Address = address;
    }

    /// <summary>The server's address, <c>ws://127.0.0.1:port/</c>.</summary>
    public Uri Address { get; }

    /// <summary>Starts a server on a port, or on a free one.</summary>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<LoopbackServer> StartAsync(Func<HttpContext, Task> handler, CancellationToken cancellationToken, int port = 0)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Listen(IPAddress.Loopback, port);

        // A connector may stop reading for as long as it likes.
        options.Limits.MinResponseDataRate = null;
        options.Limits.MinRequestBodyDataRate = null;
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        var server = new KestrelServer(Options.Create(options), transport, NullLoggerFactory.Instance);
        await server.StartAsync(new Application(handler), cancellationToken);
        var bound = new Uri(server.Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
        return new LoopbackServer(server, new Uri($"ws://127.0.0.1:{bound}/"));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // A cancelled stop closes what is open instead of waiting for it.
        await _server.StopAsync(new CancellationToken(canceled: true));
        _server.Dispose();
    }

    private sealed class Application(Func<HttpContext, Task> handler) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public Task ProcessRequestAsync(HttpContext context) => handler(context);

        public void DisposeContext(HttpContext context, Exception? exception)
        {
        }
    }
}
