using System.Threading.Channels;

namespace K2.Simulator.Replay;

/// <summary>
/// Gives the frames of all sources one after the other when they are due. A task of its own reads ahead by some blocks. Belongs to one
/// connection's write loop.
/// </summary>
internal sealed class FramePlayer(ReplaySession session) : IAsyncDisposable
{
    private const int BlocksAhead = 4;

    private readonly TimeProvider _time = session.Options.Time;
    private readonly ReplaySpeed _speed = session.Options.Speed;
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<(IFrameSource Source, FrameBlock Block)> _ahead =
        Channel.CreateBounded<(IFrameSource, FrameBlock)>(new BoundedChannelOptions(BlocksAhead) { SingleReader = true, SingleWriter = true });

    private Task _reading = Task.CompletedTask;
    private bool _started;
    private IFrameSource? _source;
    private FrameBlock? _block;
    private int _next;
    private long _startNs;
    private long _startedAt;

    /// <summary>Whether all frames were given.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>The source of the frame last given.</summary>
    public string SourceName => _source?.Name ?? "";

    /// <summary>Makes sure that frames are at hand.</summary>
    /// <returns>A task to await if the reading is behind, else completed; afterwards, <see cref="TryTake"/> gives frames or the player has ended.</returns>
    /// <exception cref="InvalidDataException">A capture is damaged.</exception>
    public async ValueTask PrepareAsync(CancellationToken cancellationToken)
    {
        if (!_started)
        {
            _started = true;
            _reading = ReadAheadAsync(_stop.Token);
        }

        while (!IsEnded && (_block is null || _next == _block.Entries.Count))
        {
            if (_ahead.Reader.TryRead(out var item))
            {
                if (!ReferenceEquals(_source, item.Source)) Enter(item.Source, item.Block);
                _block = item.Block;
                _next = 0;
            }
            else if (!await _ahead.Reader.WaitToReadAsync(cancellationToken))
            {
                IsEnded = true;
            }
        }
    }

    /// <summary>Whether <see cref="PrepareAsync"/> would have to wait for the reading.</summary>
    public bool IsBehind => _started && !IsEnded && (_block is null || _next == _block.Entries.Count) && !_ahead.Reader.TryPeek(out _);

    /// <summary>Takes the next frame of the prepared block if it is due.</summary>
    /// <param name="entry">Where it came from.</param>
    /// <param name="frame">Its bytes.</param>
    /// <param name="wait">How long until it is due; zero if there is none in the block.</param>
    public bool TryTake(out FrameEntry entry, out ReadOnlyMemory<byte> frame, out TimeSpan wait)
    {
        wait = TimeSpan.Zero;
        entry = default;
        frame = default;
        if (_block is null || _next == _block.Entries.Count) return false;

        entry = _block.Entries[_next];
        if (!_speed.IsMax)
        {
            wait = UntilDue(entry.ReceivedNs);
            if (wait > TimeSpan.Zero) return false;
        }

        frame = _block.Bytes(entry);
        _next++;
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        _stop.Dispose();
    }

    private void Enter(IFrameSource source, FrameBlock first)
    {
        _source = source;
        _startNs = first.Entries[0].ReceivedNs;
        _startedAt = _time.GetTimestamp();
    }

    private TimeSpan UntilDue(long receivedNs)
    {
        // Nanoseconds of the recording by thousandths of its pace are microseconds.
        var wait = TimeSpan.FromTicks((receivedNs - _startNs) / _speed.Thousandths * TimeSpan.TicksPerMicrosecond) - _time.GetElapsedTime(_startedAt);

        // Timers count whole milliseconds; a frame may be sent that much too early rather than wait in a loop.
        return wait < TimeSpan.FromMilliseconds(1) ? TimeSpan.Zero : wait;
    }

    private async Task ReadAheadAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Reading a file completes synchronously; the connection's loop must not carry it.
            await Task.Yield();
            foreach (var source in session.Sources)
            {
                await foreach (var block in source.ReadAsync(cancellationToken)) await _ahead.Writer.WriteAsync((source, block), cancellationToken);
            }

            _ahead.Writer.Complete();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _ahead.Writer.TryComplete();
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            _ahead.Writer.TryComplete(e as InvalidDataException ?? new InvalidDataException(e.Message, e));
        }
    }
}
