using K2.Simulator.Virtual;

namespace K2.Exchanges.Tests;

/// <summary>Opens sockets on a virtual network.</summary>
internal sealed class VirtualSockets(VirtualNetwork network) : IWebSockets
{
    public async Task<OpenedSocket> OpenAsync(Uri address, SocketSettings settings, CancellationToken cancellationToken) =>
        await network.ConnectAsync(cancellationToken) is { } socket ? new OpenedSocket(socket) : new OpenedSocket(null, $"{address.Host} refused the connection with HTTP 503");
}
