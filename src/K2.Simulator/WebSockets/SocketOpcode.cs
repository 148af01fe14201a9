namespace K2.Simulator.WebSockets;

/// <summary>Kinds of WebSocket frames (RFC 6455, section 5.2).</summary>
internal enum SocketOpcode
{
    Continuation = 0,
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}
