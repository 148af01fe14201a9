using System.Threading.Channels;
using K2.Contracts.Live;

namespace K2.Client.Watching;

/// <summary>
/// Takes a watch's events from Orleans, puts them into order and hands them to its reader.
/// Order: Orleans starts the handlers of what a connection brings on a last-in-first-out queue, so that a burst arrives backwards (measured: 60 events
/// sent one after the other came as 1, 60, 59 … 2). What comes early waits a moment for what is missing before it.
/// Bound: it holds a fixed number; when the reader is slower than the market, the oldest go, which the reader sees as a jump of
/// <see cref="LiveEvent.Sequence"/> like any other loss on the way.
/// </summary>
internal sealed class LiveChannel : ILiveObserver, IWatchChannel, IDisposable
{
    private const int MostWaiting = 256;

    /// <summary>A sequence this far below the last one is no latecomer: the server has begun to count anew.</summary>
    private const long NewCountDistance = 10_000;

    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(50);
    private readonly Lock _gate = new();
    private readonly SortedList<long, LiveEvent> _waiting = [];
    private readonly Channel<LiveEvent> _events;
    private readonly Action _dropped;
    private readonly ITimer _timer;
    private long? _next;
    private bool _armed;

    public LiveChannel(int capacity, TimeProvider time, Action dropped)
    {
        _dropped = dropped;
        _events = Channel.CreateBounded<LiveEvent>(
            new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true, SingleWriter = true }, _ => dropped());
        _timer = time.CreateTimer(_ => Release(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public ChannelReader<LiveEvent> Reader => _events.Reader;

    public Task OnEvent(LiveEvent liveEvent)
    {
        lock (_gate)
        {
            if (_next is { } next && liveEvent.Sequence < next)
            {
                if (next - liveEvent.Sequence <= NewCountDistance)
                {
                    // Too late: its successors are with the reader, and its candles would take them back.
                    _dropped();
                    return Task.CompletedTask;
                }

                WriteAll();
                _next = null;
            }

            _waiting.TryAdd(liveEvent.Sequence, liveEvent);
            while (_waiting.Count > 0 && _waiting.GetKeyAtIndex(0) == _next) WriteFirst();
            if (_waiting.Count > MostWaiting) WriteAll();
            if (_waiting.Count > 0 && !_armed)
            {
                _armed = true;
                _timer.Change(Grace, Timeout.InfiniteTimeSpan);
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>Ends the watch: its reader gets what is waiting and then the failure, if any.</summary>
    public void End(Exception? failure = null)
    {
        lock (_gate) WriteAll();
        _events.Writer.TryComplete(failure);
    }

    public void Dispose() => _timer.Dispose();

    /// <summary>What was missing did not come in time: it is lost, and the jump of the sequence shows it.</summary>
    private void Release()
    {
        lock (_gate)
        {
            _armed = false;
            WriteAll();
        }
    }

    private void WriteAll()
    {
        while (_waiting.Count > 0) WriteFirst();
    }

    private void WriteFirst()
    {
        var first = _waiting.GetValueAtIndex(0);
        _waiting.RemoveAt(0);
        _next = first.Sequence + 1;
        _events.Writer.TryWrite(first);
    }
}
