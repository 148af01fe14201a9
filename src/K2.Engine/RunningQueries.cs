using System.Collections.Concurrent;

namespace K2.Engine;

/// <summary>
/// Bounds how many statements of clients run and wait, keeps their ids apart, and stops them. The platform's own statements have places of their own: a
/// dashboard with slow queries must not hold up what it shows.
/// </summary>
internal sealed class RunningQueries(EmbeddedServer server, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim _places = new(FrontLimits.RunningQueries);
    private readonly ConcurrentDictionary<string, bool> _ids = new(StringComparer.Ordinal);
    private int _waiting;

    /// <summary>Waits for a place; the result gives it back.</summary>
    /// <exception cref="EngineException">Too many wait already, or a statement of this id runs.</exception>
    public async Task<IDisposable> EnterAsync(string id, bool isPlatform, CancellationToken cancellationToken)
    {
        if (!_ids.TryAdd(id, true)) throw EngineException.Of(216, $"Query with id = {id} is already running", "QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING");
        try
        {
            if (!isPlatform && !await _places.WaitAsync(TimeSpan.Zero, cancellationToken)) await WaitAsync(cancellationToken);
            return new Place(this, id, isPlatform);
        }
        catch
        {
            _ids.TryRemove(id, out _);
            throw;
        }
    }

    /// <summary>Stops a statement of which the task is the end; returns when it has ended.</summary>
    public async Task StopAsync(string id, Task end)
    {
        // It may not have begun yet: asked again until it is gone.
        for (var retry = FirstRetry; !end.IsCompleted; retry = retry * 2 < LastRetry ? retry * 2 : LastRetry)
        {
            await Task.Run(() => Kill(id));
            await Task.WhenAny(end, Task.Delay(retry, time));
        }
    }

    /// <summary>Waits until nothing runs, at most so long: the engine must not be closed under a statement.</summary>
    public async Task DrainAsync(TimeSpan limit)
    {
        for (var began = time.GetTimestamp(); !_ids.IsEmpty && time.GetElapsedTime(began) < limit;) await Task.Delay(FirstRetry, time);
    }

    public void Dispose() => _places.Dispose();

    private void Kill(string id)
    {
        try
        {
            using var connection = server.Open();
            connection.Query($"KILL QUERY WHERE Settings['{RequestNames.Comment}'] = {EngineConnection.Literal(id)} ASYNC", "Null", null);
        }
        catch (EngineException)
        {
            // It ended by itself meanwhile, or the engine is full: asked again.
        }
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _waiting) > FrontLimits.WaitingQueries)
        {
            Interlocked.Decrement(ref _waiting);
            throw EngineException.Of(202, $"Too many simultaneous queries: {FrontLimits.RunningQueries} run and {FrontLimits.WaitingQueries} wait", "TOO_MANY_SIMULTANEOUS_QUERIES");
        }

        try
        {
            await _places.WaitAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private sealed class Place(RunningQueries queries, string id, bool isPlatform) : IDisposable
    {
        public void Dispose()
        {
            queries._ids.TryRemove(id, out _);
            if (!isPlatform) queries._places.Release();
        }
    }
}
