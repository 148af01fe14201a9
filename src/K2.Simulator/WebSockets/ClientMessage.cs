namespace K2.Simulator.WebSockets;

/// <summary>A message that a client sent.</summary>
/// <param name="Opcode">Text, binary, close, ping or pong.</param>
/// <param name="Payload">Its content.</param>
internal sealed record ClientMessage(SocketOpcode Opcode, byte[] Payload);
