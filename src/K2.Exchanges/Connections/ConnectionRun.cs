namespace K2.Exchanges.Connections;

/// <summary>One connection of a worker from its start to its end, beside which the next one may already run.</summary>
internal sealed class ConnectionRun : IDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _announced = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ConnectionRun(string id, CancellationToken stop)
    {
        Id = id;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stop);
    }

    public string Id { get; }

    /// <summary>The answers so far, or null before the first.</summary>
    public SubscriptionBook? Subscriptions { get; private set; }

    /// <summary>Whether the exchange has announced the connection's end.</summary>
    public bool IsAnnounced => _announced.Task.IsCompleted;

    /// <summary>Ends when every subscription was answered.</summary>
    public Task Settled => FollowAsync(_settled.Task);

    /// <summary>Ends with the connection.</summary>
    public Task<ConnectionEnd> Ended { get; private set; } = null!;

    /// <summary>Starts a connection.</summary>
    /// <param name="context">What the worker's connections share.</param>
    /// <param name="id">The connection's id.</param>
    /// <param name="opened">Is called when the socket is open.</param>
    /// <param name="changed">Is called when answers to subscriptions came.</param>
    /// <param name="stop">Ends the connection.</param>
    /// <param name="drain">Cancels handing over.</param>
    public static ConnectionRun Start(ConnectionContext context, string id, Action<ConnectionRun> opened, Action<ConnectionRun> changed, CancellationToken stop, CancellationToken drain)
    {
        var run = new ConnectionRun(id, stop);
        var own = context with
        {
            OnSubscriptions = subscriptions =>
            {
                run.Subscriptions = subscriptions;
                changed(run);
                if (subscriptions.IsSettled) run._settled.TrySetResult();
            },
            OnShutdown = () => run._announced.TrySetResult(),
        };
        run.Ended = new ExchangeConnection(own, id).RunAsync(() => opened(run), stop, run._stop.Token, drain);
        return run;
    }

    /// <summary>Waits until the connection should be replaced; false if it has ended before.</summary>
    /// <param name="age">When to replace it at the latest, or null for never.</param>
    /// <param name="time">Timers.</param>
    public async Task<bool> ShouldBeReplacedAsync(TimeSpan? age, TimeProvider time)
    {
        using var over = new CancellationTokenSource();
        var old = age is { } wait ? Task.Delay(wait, time, over.Token) : Task.Delay(Timeout.InfiniteTimeSpan, time, over.Token);
        await Task.WhenAny(Ended, old, FollowAsync(_announced.Task));
        over.CancelNow();
        await old.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        return !Ended.IsCompleted;
    }

    /// <summary>Ends the connection; what was read is handed over.</summary>
    public async Task StopAsync()
    {
        _stop.CancelNow();
        await Ended;
    }

    public void Dispose() => _stop.Dispose();

    // What waits for several tasks at once would learn of the end of these by way of the thread pool; this learns of it in its own context.
    private static async Task FollowAsync(Task task) => await task;
}
