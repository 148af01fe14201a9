using System.Buffers.Binary;
using System.Net.WebSockets;
using System.Text;
using K2.Simulator.WebSockets;

namespace K2.Simulator.Virtual;

/// <summary>The client's end of a virtual connection. It answers pings by itself while a receive is under way, as the framework's does.</summary>
internal sealed class VirtualClientSocket(VirtualWire<VirtualFrame[]> down, VirtualWire<VirtualFrame> up) : WebSocket
{
    private readonly Queue<VirtualFrame> _arrived = [];
    private ReadOnlyMemory<byte> _rest;
    private bool _restEnds;
    private WebSocketCloseStatus? _closeStatus;
    private string? _closeDescription;
    private WebSocketState _state = WebSocketState.Open;

    public override WebSocketCloseStatus? CloseStatus => _closeStatus;

    public override string? CloseStatusDescription => _closeDescription;

    public override WebSocketState State => _state;

    public override string? SubProtocol => null;

    public override void Abort()
    {
        if (_state != WebSocketState.Closed) _state = WebSocketState.Aborted;
        down.Cut();
        up.Cut();
    }

    public override void Dispose() => Abort();

    public override Task CloseAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) => CloseOutputAsync(closeStatus, statusDescription, cancellationToken);

    public override async Task CloseOutputAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken)
    {
        await SendAsync(SocketOpcode.Close, ReadOnlyMemory<byte>.Empty, cancellationToken);
        _state = _state == WebSocketState.CloseReceived ? WebSocketState.Closed : WebSocketState.CloseSent;
    }

    public override async Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> buffer, CancellationToken cancellationToken)
    {
        var result = await ReceiveAsync(buffer.AsMemory(), cancellationToken);
        return new WebSocketReceiveResult(result.Count, result.MessageType, result.EndOfMessage);
    }

    public override async ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (_rest.IsEmpty)
        {
            foreach (var frame in _arrived.Count == 0 ? await NextAsync(cancellationToken) : []) _arrived.Enqueue(frame);
            var next = _arrived.Dequeue();
            switch (next.Opcode)
            {
                case SocketOpcode.Ping:
                    await SendAsync(SocketOpcode.Pong, next.Payload, cancellationToken);
                    break;
                case SocketOpcode.Close:
                    _closeStatus = (WebSocketCloseStatus)BinaryPrimitives.ReadUInt16BigEndian(next.Payload);
                    _closeDescription = Encoding.UTF8.GetString(next.Payload.AsSpan(2));
                    _state = _state == WebSocketState.CloseSent ? WebSocketState.Closed : WebSocketState.CloseReceived;
                    return new ValueWebSocketReceiveResult(0, WebSocketMessageType.Close, true);
                case SocketOpcode.Text or SocketOpcode.Binary when next.Payload.Length > 0:
                    (_rest, _restEnds) = (next.Payload, next.IsWhole);
                    break;
            }
        }

        var count = Math.Min(_rest.Length, buffer.Length);
        _rest[..count].CopyTo(buffer);
        _rest = _rest[count..];
        return new ValueWebSocketReceiveResult(count, WebSocketMessageType.Text, _rest.IsEmpty && _restEnds);
    }

    public override Task SendAsync(ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken) =>
        SendAsync(messageType == WebSocketMessageType.Text ? SocketOpcode.Text : SocketOpcode.Binary, buffer, cancellationToken);

    private async Task<VirtualFrame[]> NextAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await down.ReceiveAsync(cancellationToken);
        }
        catch (IOException e)
        {
            _state = WebSocketState.Aborted;
            throw new WebSocketException(WebSocketError.ConnectionClosedPrematurely, e);
        }
    }

    private async Task SendAsync(SocketOpcode opcode, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        try
        {
            await up.SendAsync(new VirtualFrame(opcode, payload.ToArray(), true), cancellationToken);
        }
        catch (IOException e)
        {
            _state = WebSocketState.Aborted;
            throw new WebSocketException(WebSocketError.ConnectionClosedPrematurely, e);
        }
    }
}
