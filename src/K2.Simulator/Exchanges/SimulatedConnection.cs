using System.Threading.Channels;
using K2.Simulator.Binance;
using K2.Simulator.WebSockets;

namespace K2.Simulator.Exchanges;

/// <summary>
/// One client of a simulated exchange: what it subscribed to, and the messages on their way to it. Its state belongs to whoever holds the
/// exchange's lock; one task writes to the network.
/// </summary>
internal sealed class SimulatedConnection(IServerSocket socket)
{
    // A client that does not read is cut off, as exchanges do, instead of filling memory.
    private const int Capacity = 8192;

    private readonly Channel<Outgoing> _outgoing = Channel.CreateBounded<Outgoing>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private readonly List<(int After, byte[] Message)> _held = [];
    private volatile bool _isSilent;
    private readonly Queue<long> _sent = [];
    private byte[]? _cutIn;

    /// <summary>Requests of Binance's kind.</summary>
    public BinanceRequests Binance { get; } = new();

    /// <summary>Subscribed symbols where the exchange names symbols.</summary>
    public List<string> Symbols { get; } = [];

    /// <summary>Whether an instrument is subscribed.</summary>
    public Func<string, bool> Subscribed { get; set; } = _ => false;

    public bool WantsHeartbeats { get; set; }

    public long Heartbeats { get; set; }

    /// <summary>Number of the next message, where the exchange counts.</summary>
    public long Sequence { get; set; }

    /// <summary>Whether something was sent since the last heartbeat was due.</summary>
    public bool WasBusy { get; set; }

    public void Add(string symbol)
    {
        if (!Symbols.Contains(symbol)) Symbols.Add(symbol);
        Subscribed = Symbols.Contains;
    }

    /// <summary>Ends the subscription of a symbol; false if there is none.</summary>
    public bool Remove(string symbol) => Symbols.Remove(symbol);

    /// <summary>Queues a message, and those that were held back for it.</summary>
    public void Send(byte[] message)
    {
        if (_isSilent) return;
        WasBusy = true;
        if (!_outgoing.Writer.TryWrite(new Outgoing(SocketOpcode.Text, message))) Cut();
        for (var i = 0; i < _held.Count; i++)
        {
            _held[i] = (_held[i].After - 1, _held[i].Message);
            if (_held[i].After > 0) continue;
            _outgoing.Writer.TryWrite(new Outgoing(SocketOpcode.Text, _held[i].Message));
            _held.RemoveAt(i--);
        }
    }

    /// <summary>Sends what was held back for messages that have not come: late is not lost.</summary>
    public void ReleaseHeld()
    {
        foreach (var (_, message) in _held)
        {
            if (!_isSilent) _outgoing.Writer.TryWrite(new Outgoing(SocketOpcode.Text, message));
        }

        _held.Clear();
    }

    /// <summary>Sends a message behind so many others.</summary>
    public void Hold(byte[] message, int after) => _held.Add((after, message));

    /// <summary>Sends nothing any more, and keeps the connection open.</summary>
    public void FallSilent() => _isSilent = true;

    /// <summary>Cuts the connection.</summary>
    public void Cut()
    {
        _outgoing.Writer.TryComplete();
        socket.Abort();
    }

    /// <summary>Cuts the connection in the middle of a message.</summary>
    public void CutIn(byte[] message)
    {
        _cutIn = message;
        _outgoing.Writer.TryComplete();
    }

    /// <summary>Ends the connection with a closing message behind what is queued.</summary>
    public void Close() => _outgoing.Writer.TryComplete();

    /// <summary>Answers a ping.</summary>
    public void Pong(byte[] payload)
    {
        if (!_isSilent) _outgoing.Writer.TryWrite(new Outgoing(SocketOpcode.Pong, payload));
    }

    /// <summary>Pings the client; false if nothing is sent to it any more.</summary>
    public bool Ping(byte[] payload) => !_isSilent && _outgoing.Writer.TryWrite(new Outgoing(SocketOpcode.Ping, payload));

    /// <summary>Counts a message of the client; false if it is one too many in a second.</summary>
    public bool MaySend(int perSecond, TimeProvider time)
    {
        while (_sent.TryPeek(out var oldest) && time.GetElapsedTime(oldest) >= TimeSpan.FromSeconds(1)) _sent.Dequeue();
        _sent.Enqueue(time.GetTimestamp());
        return _sent.Count <= perSecond;
    }

    /// <summary>Writes to the network until the connection ends.</summary>
    public async Task WriteAsync(CancellationToken stop)
    {
        while (await _outgoing.Reader.WaitToReadAsync(stop))
        {
            while (_outgoing.Reader.TryRead(out var message))
            {
                if (_isSilent) continue;
                socket.Write(message.Opcode, message.Payload);
                if (socket.IsFull) await socket.FlushAsync(stop);
            }

            await socket.FlushAsync(stop);
        }

        if (_isSilent) return;
        if (_cutIn is { } broken)
        {
            socket.WritePart(SocketOpcode.Text, broken);
            await socket.FlushAsync(stop);
            socket.Abort();
            return;
        }

        socket.WriteClose(System.Net.WebSockets.WebSocketCloseStatus.EndpointUnavailable, "");
        await socket.FlushAsync(stop);
    }

    private readonly record struct Outgoing(SocketOpcode Opcode, byte[] Payload);
}
