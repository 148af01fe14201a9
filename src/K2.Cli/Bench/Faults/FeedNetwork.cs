using K2.Exchanges;

namespace K2.Cli.Bench.Faults;

/// <summary>The way to an exchange.</summary>
/// <param name="Http">For its REST API.</param>
/// <param name="Sockets">For its WebSocket; null for the network.</param>
/// <param name="Socket">The WebSocket's address.</param>
/// <param name="Rest">The REST API's address.</param>
/// <param name="EndAsync">Waits until an exchange that was disposed of has let all go.</param>
internal sealed record FeedNetwork(HttpClient Http, IWebSockets? Sockets, Uri Socket, Uri Rest, Func<Task> EndAsync);
