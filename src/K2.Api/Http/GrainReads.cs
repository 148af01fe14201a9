namespace K2.Api.Http;

/// <summary>
/// Asks grains for what they know, and asks again while the cluster changes: a silo that died is found out after three missed probes, and until then calls to its grains fail or hang. Only for
/// questions that change nothing.
/// </summary>
internal sealed class GrainReads(IGrainFactory grains, TimeProvider time)
{
    /// <summary>How long a request is kept before it is answered with 503: longer than the cluster needs to find a dead silo and start its grains elsewhere.</summary>
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    // A grain that reads its state from ClickHouse when it starts takes longer than this only where something is wrong.
    private static readonly TimeSpan Attempt = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Returns the answer of one grain.</summary>
    /// <param name="key">The grain's key.</param>
    /// <param name="ask">The question; it may be asked several times.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="TimeoutException">No answer within <see cref="Limit"/>.</exception>
    /// <exception cref="OrleansException">The cluster refused it until then.</exception>
    public async Task<T> AskAsync<TGrain, T>(string key, Func<TGrain, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
        where TGrain : IGrainWithStringKey
    {
        var start = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await AttemptAsync(key, ask, cancellationToken);
            }
            catch (Exception away) when (away is TimeoutException or OrleansException && time.GetElapsedTime(start) < Limit)
            {
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    private async Task<T> AttemptAsync<TGrain, T>(string key, Func<TGrain, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
        where TGrain : IGrainWithStringKey
    {
        using var limit = new CancellationTokenSource(Attempt, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await ask(grains.GetGrain<TGrain>(key), both.Token).WaitAsync(both.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The grain {key} did not answer within {Attempt.TotalSeconds:0} s.");
        }
    }
}
