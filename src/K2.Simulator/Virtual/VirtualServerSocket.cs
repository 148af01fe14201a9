using System.Net.WebSockets;
using K2.Simulator.WebSockets;

namespace K2.Simulator.Virtual;

/// <summary>The exchange's end of a virtual connection.</summary>
internal sealed class VirtualServerSocket(VirtualWire<VirtualFrame[]> down, VirtualWire<VirtualFrame> up) : IServerSocket
{
    private const int MostGathered = 64;
    private readonly List<VirtualFrame> _gathered = [];

    public bool IsFull => _gathered.Count >= MostGathered;

    public void Write(SocketOpcode opcode, ReadOnlySpan<byte> payload) => _gathered.Add(new VirtualFrame(opcode, payload.ToArray(), true));

    public void WritePart(SocketOpcode opcode, ReadOnlySpan<byte> payload) => _gathered.Add(new VirtualFrame(opcode, payload[..(payload.Length - (payload.Length / 2))].ToArray(), false));

    public void WriteClose(WebSocketCloseStatus status, string reason) => Write(SocketOpcode.Close, ServerWebSocket.ClosePayload(status, reason));

    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_gathered.Count == 0) return;
        VirtualFrame[] frames = [.. _gathered];
        _gathered.Clear();
        await down.SendAsync(frames, cancellationToken);
    }

    public async ValueTask<ClientMessage?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var frame = await up.ReceiveAsync(cancellationToken);
            return new ClientMessage(frame.Opcode, frame.Payload);
        }
        catch (IOException)
        {
            return null;
        }
    }

    public void Abort()
    {
        down.Cut();
        up.Cut();
    }
}
