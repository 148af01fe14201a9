using System.Globalization;
using System.Text;

namespace K2.Simulator.Exchanges;

/// <summary>
/// The pings that a client gets at a fixed interval, and its pongs. Only a pong with the payload of a ping answers that ping, and those before it; a
/// connection is given up at the moment at which a ping has gone without an answer for too long. Thread-safe.
/// </summary>
internal sealed class ClientPings : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;
    private readonly Func<byte[], bool> _send;
    private readonly Action _giveUp;
    private readonly Queue<(byte[] Payload, long At)> _open = [];
    private readonly ITimer _interval;
    private readonly ITimer _deadline;

    /// <summary>Starts to ping.</summary>
    /// <param name="time">Clock and timers.</param>
    /// <param name="interval">Time between pings, and before the first one.</param>
    /// <param name="timeout">Time that a ping may go without an answer.</param>
    /// <param name="send">Sends a ping with a payload; false if nothing is sent any more.</param>
    /// <param name="giveUp">Ends the connection.</param>
    public ClientPings(TimeProvider time, TimeSpan interval, TimeSpan timeout, Func<byte[], bool> send, Action giveUp)
    {
        (_time, _timeout, _send, _giveUp) = (time, timeout, send, giveUp);
        _deadline = time.CreateTimer(_ => CheckDeadline(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _interval = time.CreateTimer(_ => Ping(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _interval.Change(interval, interval);
    }

    /// <summary>Takes a pong of the client; one that answers no ping changes nothing.</summary>
    public void Answered(ReadOnlySpan<byte> payload)
    {
        lock (_gate)
        {
            var answered = 0;
            var index = 0;
            foreach (var ping in _open)
            {
                index++;
                if (payload.SequenceEqual(ping.Payload)) answered = index;
            }

            if (answered == 0) return;
            for (var i = 0; i < answered; i++) _open.Dequeue();
            SetDeadline();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _interval.Dispose();
        _deadline.Dispose();
    }

    private void Ping()
    {
        lock (_gate)
        {
            // The time in milliseconds, as Binance sends it: no two pings of a connection have the same.
            var payload = Encoding.ASCII.GetBytes(_time.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
            if (!_send(payload)) return;
            _open.Enqueue((payload, _time.GetTimestamp()));
            if (_open.Count == 1) SetDeadline();
        }
    }

    private void CheckDeadline()
    {
        lock (_gate)
        {
            // The pong may have come while the timer was on its way.
            if (!_open.TryPeek(out var oldest)) return;
            if (_time.GetElapsedTime(oldest.At) < _timeout)
            {
                SetDeadline();
                return;
            }
        }

        _giveUp();
    }

    private void SetDeadline()
    {
        if (!_open.TryPeek(out var oldest)) _deadline.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        else _deadline.Change(_timeout - _time.GetElapsedTime(oldest.At) is { Ticks: > 0 } left ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
