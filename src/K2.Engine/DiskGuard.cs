namespace K2.Engine;

/// <summary>
/// Stops merges while the disk has less free space than the engine keeps free. ClickHouse begins nothing new by then, but the embedded engine does not
/// notice a write that fails for lack of space: a merge under way would put a part of empty files in the place of good ones.
/// </summary>
internal sealed class DiskGuard : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private readonly Action<string> _run;
    private readonly Func<long> _free;
    private readonly long _keptFree;
    private readonly ITimer _timer;
    private int _looking;

    /// <param name="run">Runs a statement; throws <see cref="EngineException"/> if the engine refuses it.</param>
    /// <param name="free">Returns the bytes that are free now.</param>
    /// <param name="keptFree">Bytes below which merges stop.</param>
    /// <param name="time">Clock.</param>
    public DiskGuard(Action<string> run, Func<long> free, long keptFree, TimeProvider time)
    {
        _run = run;
        _free = free;
        _keptFree = keptFree;
        _timer = time.CreateTimer(_ => Look(), null, TimeSpan.Zero, Pause);
    }

    /// <summary>Whether merges are stopped now.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Returns when no look is under way any more: the engine may be closed then.</summary>
    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void Look()
    {
        // A statement may take longer than the pause.
        if (Interlocked.Exchange(ref _looking, 1) == 1) return;
        try
        {
            var isLow = _free() < _keptFree;
            if (isLow == IsStopped) return;
            _run(isLow ? "SYSTEM STOP MERGES" : "SYSTEM START MERGES");
            IsStopped = isLow;
        }
        catch (Exception failure) when (failure is EngineException or IOException or UnauthorizedAccessException)
        {
            // Tried again at the next look.
        }
        finally
        {
            Volatile.Write(ref _looking, 0);
        }
    }
}
