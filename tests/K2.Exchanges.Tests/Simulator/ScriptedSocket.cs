using System.Net.WebSockets;
using System.Text;
using System.Threading.Channels;
using K2.Simulator.WebSockets;

namespace K2.Exchanges.Tests.Simulator;

/// <summary>The server's side of a connection whose client is the test, frame by frame.</summary>
internal sealed class ScriptedSocket : IServerSocket
{
    private readonly Channel<ClientMessage> _toServer = Channel.CreateBounded<ClientMessage>(64);
    private readonly Channel<ClientMessage> _toClient = Channel.CreateBounded<ClientMessage>(64);
    private volatile bool _isCut;

    /// <summary>Whether the server has cut the connection.</summary>
    public bool IsCut => _isCut;

    public bool IsFull => false;

    /// <summary>Sends a frame and waits until the server has handled it: what comes behind it is answered.</summary>
    public async Task SendAsync(SocketOpcode opcode, byte[] payload)
    {
        await _toServer.Writer.WriteAsync(new ClientMessage(opcode, payload), TestContext.Current.CancellationToken);
        await _toServer.Writer.WriteAsync(new ClientMessage(SocketOpcode.Text, Encoding.UTF8.GetBytes("""{"method":"LIST_SUBSCRIPTIONS","id":1}""")), TestContext.Current.CancellationToken);
        await NextAsync(SocketOpcode.Text);
    }

    /// <summary>Returns the payload of the next frame of a kind, and passes over others.</summary>
    public async Task<byte[]> NextAsync(SocketOpcode opcode)
    {
        while (true)
        {
            var frame = await _toClient.Reader.ReadAsync(TestContext.Current.CancellationToken);
            if (frame.Opcode == opcode) return frame.Payload;
        }
    }

    public void Write(SocketOpcode opcode, ReadOnlySpan<byte> payload) => Assert.True(_toClient.Writer.TryWrite(new ClientMessage(opcode, payload.ToArray())));

    public void WritePart(SocketOpcode opcode, ReadOnlySpan<byte> payload) => Write(opcode, payload);

    public void WriteClose(WebSocketCloseStatus status, string reason)
    {
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public async ValueTask<ClientMessage?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _toServer.Reader.ReadAsync(cancellationToken);
        }
        catch (ChannelClosedException)
        {
            return null;
        }
    }

    public void Abort()
    {
        _isCut = true;
        _toServer.Writer.TryComplete();
    }
}
