using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace K2.Abstractions.Diagnostics;

/// <summary>Finds ports for processes that will listen on them some seconds later.</summary>
public static class FreePort
{
    // Not of the range that systems give to outgoing connections: one of those could be given such a port in between.
    private const int First = 20_000;
    private const int End = 32_000;
    private const int MostTried = 1000;

    /// <summary>Returns a port of loopback on which nothing listens.</summary>
    /// <exception cref="StartupException">None was found.</exception>
    public static int Find()
    {
        for (var attempt = 0; attempt < MostTried; attempt++)
        {
            var port = RandomNumberGenerator.GetInt32(First, End);
            try
            {
                using var socket = new TcpListener(IPAddress.Loopback, port);
                socket.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken.
            }
        }

        throw new StartupException($"No free port from {First} to {End - 1} was found on {IPAddress.Loopback}: end what uses them.");
    }
}
