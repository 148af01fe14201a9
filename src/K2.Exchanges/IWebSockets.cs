namespace K2.Exchanges;

/// <summary>Opens WebSockets to exchanges: over the network, or within the process where a bench or a test has a network of its own. Thread-safe.</summary>
public interface IWebSockets
{
    /// <summary>Opens a socket. A refusal is an answer, not an exception.</summary>
    /// <param name="address">The exchange's address.</param>
    /// <param name="settings">How to watch the connection.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="OperationCanceledException">The attempt was ended.</exception>
    Task<OpenedSocket> OpenAsync(Uri address, SocketSettings settings, CancellationToken cancellationToken);
}
