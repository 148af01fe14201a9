using System.Net.WebSockets;

namespace K2.Exchanges;

/// <summary>How an attempt to open a WebSocket ended.</summary>
/// <param name="Socket">The open socket, or null after a refusal.</param>
/// <param name="Problem">Why there is none, or empty.</param>
/// <param name="RetryAfter">The wait that the exchange asked for, or null.</param>
public readonly record struct OpenedSocket(WebSocket? Socket, string Problem = "", TimeSpan? RetryAfter = null);
