using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Unicode;
using System.Threading.Channels;
using K2.Simulator.WebSockets;

namespace K2.Simulator.Replay;

/// <summary>
/// One client of the replay server. One loop reads the client's messages, a second one does everything else, so that subscriptions, answers
/// and frames are in one order.
/// </summary>
internal sealed class ReplayConnection(ReplaySession session, ServerWebSocket socket, IReplayProtocol protocol, OriginQueue? origins)
{
    // Binance's and Kraken's limit; Coinbase allows more.
    private const int MessagesPerSecond = 5;
    private const int IncomingCapacity = 64;
    private static readonly TimeSpan CloseTime = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time = session.Options.Time;
    private readonly List<FrameOriginRecord> _origins = [];
    private readonly Channel<ClientMessage> _incoming = Channel.CreateBounded<ClientMessage>(new BoundedChannelOptions(IncomingCapacity) { SingleReader = true, SingleWriter = true });
    private Task<bool>? _nextIncoming;
    private long _lastPing;
    private long _unansweredPing;
    private long _sent;
    private long _skipped;
    private bool _isComplete;

    /// <summary>Serves until the client leaves, breaks the rules, or the stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var reading = ReadLoopAsync(end);
        try
        {
            await WriteLoopAsync(end.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The client is gone, or the server is: there is nobody to tell.
        }

        await end.CancelAsync();
        await reading;
    }

    private async Task WriteLoopAsync(CancellationToken stop)
    {
        _lastPing = _time.GetTimestamp();
        await using var player = new FramePlayer(session);
        try
        {
            while (true)
            {
                if (!await TakeIncomingAsync(stop)) return;
                if (!Ping()) return;

                var wait = session.Options.PingInterval - _time.GetElapsedTime(_lastPing);
                if (protocol.HasSubscriptions && !player.IsEnded)
                {
                    var untilFrame = await FillAsync(player, stop);
                    if (untilFrame < wait) wait = untilFrame;
                }

                await FlushAsync(stop);
                if (player.IsEnded && !_isComplete)
                {
                    _isComplete = true;
                    session.Complete(origins);
                }

                if (wait > TimeSpan.Zero) await WaitAsync(wait, stop);
            }
        }
        catch (InvalidDataException e)
        {
            session.Fail(e);
            await CloseAsync(WebSocketCloseStatus.InternalServerError, "damaged capture", stop);
        }
    }

    /// <summary>Gathers frames that are due, up to one write to the network.</summary>
    /// <returns>How long until the next frame is due.</returns>
    private async ValueTask<TimeSpan> FillAsync(FramePlayer player, CancellationToken stop)
    {
        while (!socket.IsFull)
        {
            // What is gathered goes out before the loop waits for the disk.
            if (socket.HasOutput && player.IsBehind) return TimeSpan.Zero;

            await player.PrepareAsync(stop);
            if (player.IsEnded) return TimeSpan.MaxValue;
            while (!socket.IsFull)
            {
                if (!player.TryTake(out var entry, out var frame, out var wait))
                {
                    if (wait > TimeSpan.Zero) return wait;
                    break;
                }

                Gather(player.SourceName, entry, frame.Span);
            }
        }

        return TimeSpan.Zero;
    }

    private void Gather(string source, in FrameEntry entry, ReadOnlySpan<byte> frame)
    {
        if (!protocol.Passes(frame))
        {
            _skipped++;
            return;
        }

        // Bytes that are no UTF-8 must not go into a text message: RFC 6455 makes the client drop the connection for it.
        var opcode = Utf8.IsValid(frame) ? SocketOpcode.Text : SocketOpcode.Binary;
        socket.Write(opcode, protocol.Form(frame));
        _sent++;
        if (origins is not null) _origins.Add(new FrameOriginRecord(source, entry.Line, entry.ReceivedNs));
    }

    private async ValueTask<bool> TakeIncomingAsync(CancellationToken stop)
    {
        while (_incoming.Reader.TryRead(out var message))
        {
            switch (message.Opcode)
            {
                case SocketOpcode.Text or SocketOpcode.Binary:
                    foreach (var answer in protocol.Answer(message.Payload))
                    {
                        socket.Write(SocketOpcode.Text, answer);
                        if (origins is not null) _origins.Add(new FrameOriginRecord("", 0, 0));
                    }

                    break;
                case SocketOpcode.Ping:
                    socket.Write(SocketOpcode.Pong, message.Payload);
                    break;
                case SocketOpcode.Pong:
                    session.AddPong();
                    _unansweredPing = 0;
                    break;
                case SocketOpcode.Close:
                    await CloseAsync(WebSocketCloseStatus.NormalClosure, "", stop);
                    return false;
            }
        }

        if (!_incoming.Reader.Completion.IsCompleted) return true;
        if (_incoming.Reader.Completion.Exception?.InnerException is InvalidDataException e) await CloseAsync(WebSocketCloseStatus.PolicyViolation, e.Message, stop);
        return false;
    }

    private bool Ping()
    {
        if (_unansweredPing != 0 && session.Options.PongTimeout is { } timeout && _time.GetElapsedTime(_unansweredPing) >= timeout)
        {
            socket.Abort();
            return false;
        }

        if (_time.GetElapsedTime(_lastPing) < session.Options.PingInterval) return true;

        _lastPing = _time.GetTimestamp();
        if (_unansweredPing == 0) _unansweredPing = _lastPing;
        socket.Write(SocketOpcode.Ping, Encoding.ASCII.GetBytes(_time.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)));
        return true;
    }

    private async ValueTask FlushAsync(CancellationToken stop)
    {
        if (_origins.Count > 0)
        {
            await origins!.AddAsync([.. _origins], stop);
            _origins.Clear();
        }

        await socket.FlushAsync(stop);
        if (_sent + _skipped == 0) return;
        session.AddFrames(_sent, _skipped);
        _sent = 0;
        _skipped = 0;
    }

    private async ValueTask CloseAsync(WebSocketCloseStatus status, string reason, CancellationToken stop)
    {
        socket.WriteClose(status, reason);
        await FlushAsync(stop);
    }

    private async ValueTask WaitAsync(TimeSpan wait, CancellationToken stop)
    {
        _nextIncoming ??= _incoming.Reader.WaitToReadAsync(stop).AsTask();
        await ((Task)_nextIncoming).WaitAsync(wait, _time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.ThrowIfCancellationRequested();
        if (_nextIncoming.IsCompleted) _nextIncoming = null;
    }

    private async Task ReadLoopAsync(CancellationTokenSource end)
    {
        var received = new Queue<long>();
        try
        {
            while (await socket.ReadAsync(end.Token) is { } message)
            {
                received.Enqueue(_time.GetTimestamp());
                if (received.Count > MessagesPerSecond && _time.GetElapsedTime(received.Dequeue()) < TimeSpan.FromSeconds(1)) throw new InvalidDataException("Too many requests");
                await _incoming.Writer.WriteAsync(message, end.Token);
            }

            _incoming.Writer.TryComplete();
        }
        catch (InvalidDataException e)
        {
            // Leaves the write loop time for the closing message.
            _incoming.Writer.TryComplete(e);
            await Task.Delay(CloseTime, _time, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            _incoming.Writer.TryComplete();
        }

        // The client is gone: the write loop may be waiting for it to take origins.
        await end.CancelAsync();
    }
}
