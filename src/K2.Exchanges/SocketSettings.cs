namespace K2.Exchanges;

/// <summary>How a WebSocket is watched.</summary>
/// <param name="PingInterval">Time between pings.</param>
/// <param name="PongTimeout">How long a pong may take before the connection counts as lost; null to wait for ever.</param>
/// <param name="ReplayConnection">In a replay, the connection's id, which tells the replay server where to go on; else null.</param>
public sealed record SocketSettings(TimeSpan PingInterval, TimeSpan? PongTimeout, string? ReplayConnection);
