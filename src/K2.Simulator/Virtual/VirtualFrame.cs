using K2.Simulator.WebSockets;

namespace K2.Simulator.Virtual;

/// <summary>A message of a WebSocket, or the beginning of one.</summary>
internal readonly record struct VirtualFrame(SocketOpcode Opcode, byte[] Payload, bool IsWhole);
