using System.Net.WebSockets;

namespace K2.Simulator.WebSockets;

/// <summary>The server's side of a WebSocket. One task may write and another one read.</summary>
internal interface IServerSocket
{
    /// <summary>Whether enough is gathered to be sent.</summary>
    bool IsFull { get; }

    /// <summary>Gathers a message; <see cref="FlushAsync"/> sends it.</summary>
    void Write(SocketOpcode opcode, ReadOnlySpan<byte> payload);

    /// <summary>Gathers the beginning of a message that will never be completed.</summary>
    void WritePart(SocketOpcode opcode, ReadOnlySpan<byte> payload);

    /// <summary>Gathers the closing message.</summary>
    void WriteClose(WebSocketCloseStatus status, string reason);

    /// <summary>Sends what is gathered; waits while the client does not read.</summary>
    /// <exception cref="IOException">The connection is gone.</exception>
    ValueTask FlushAsync(CancellationToken cancellationToken);

    /// <summary>Reads the client's next message, joined from its fragments; null at the end of the connection.</summary>
    /// <exception cref="InvalidDataException">The client breaks the protocol.</exception>
    ValueTask<ClientMessage?> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Cuts the connection as a network fault would.</summary>
    void Abort();
}
