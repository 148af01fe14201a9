using K2.Simulator.WebSockets;
using Microsoft.AspNetCore.Http;

namespace K2.Simulator.Exchanges;

/// <summary>An exchange behind whatever network leads to it.</summary>
internal interface IVenue
{
    /// <summary>Whether new sockets are refused.</summary>
    bool RefusesSockets { get; }

    /// <summary>Whether nothing is answered.</summary>
    bool IsDown { get; }

    /// <summary>The WebSocket's path.</summary>
    string SocketPath { get; }

    /// <summary>Answers a REST request.</summary>
    Task<RestAnswer> AskAsync(string path, IQueryCollection query, CancellationToken cancellationToken);

    /// <summary>Serves a client's socket until its end.</summary>
    Task ServeAsync(IServerSocket socket, CancellationToken cancellationToken);
}
