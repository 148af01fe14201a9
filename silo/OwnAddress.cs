using System.Net;
using System.Net.Sockets;
using K2.Abstractions;

namespace K2.Silo;

/// <summary>Finds the address by which others reach this machine.</summary>
internal static class OwnAddress
{
    /// <summary>Returns the address that this machine uses towards another; nothing is sent. With several networks it is the one that leads there.</summary>
    /// <exception cref="StartupException">The other's name is unknown, or no network leads there.</exception>
    public static async Task<IPAddress> TowardsAsync(EndPoint other)
    {
        // Orleans and the published addresses are IPv4; a host name may have both.
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            await socket.ConnectAsync(other);
            return ((IPEndPoint)socket.LocalEndPoint!).Address;
        }
        catch (SocketException failure)
        {
            throw new StartupException($"{ClusterSettings.SectionName}:Address {ClusterSettings.AutoAddress} found no way to Redis ({failure.Message}): write this machine's IP address.", failure);
        }
    }
}
