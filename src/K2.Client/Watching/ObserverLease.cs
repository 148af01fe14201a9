namespace K2.Client.Watching;

/// <summary>An observer that a grain tells of events: subscribed, renewed before the grain forgets it, and taken back at the end.</summary>
/// <typeparam name="TObserver">Its interface.</typeparam>
internal sealed class ObserverLease<TObserver> : IAsyncDisposable
    where TObserver : IGrainObserver
{
    private static readonly TimeSpan FarewellBudget = TimeSpan.FromSeconds(2);
    private readonly GatewayConnection _gateway;
    private readonly IWatchChannel _channel;
    private readonly Func<TObserver, Task> _subscribe;
    private readonly Func<TObserver, Task> _unsubscribe;
    private readonly TObserver _reference;
    private readonly CancellationTokenSource _ended = new();
    private Task _renewal = Task.CompletedTask;

    /// <param name="gateway">The connection.</param>
    /// <param name="observer">What is told. It is also the watch's channel.</param>
    /// <param name="channel">The watch's channel, which ends with the connection.</param>
    /// <param name="subscribe">Subscribes at the grain; once more renews.</param>
    /// <param name="unsubscribe">Takes the subscription back.</param>
    public ObserverLease(GatewayConnection gateway, TObserver observer, IWatchChannel channel, Func<TObserver, Task> subscribe, Func<TObserver, Task> unsubscribe)
    {
        (_gateway, _channel, _subscribe, _unsubscribe) = (gateway, channel, subscribe, unsubscribe);
        _reference = gateway.Cluster.CreateObjectReference<TObserver>(observer);
        gateway.Register(channel);
    }

    /// <summary>Subscribes, and renews at every period from then on.</summary>
    /// <exception cref="K2ClientException">The server does not answer.</exception>
    public async Task StartAsync(TimeSpan period, TimeProvider time, Action renewed, CancellationToken cancellationToken)
    {
        await _gateway.CallAsync(_ => _subscribe(_reference), cancellationToken);
        _renewal = RenewAsync(period, time, renewed);
    }

    public async ValueTask DisposeAsync()
    {
        _gateway.Forget(_channel);
        await _ended.CancelAsync();
        await _renewal;
        await LeaveAsync();
        _ended.Dispose();

        // Orleans keeps the observer by a weak reference.
        GC.KeepAlive(_channel);
    }

    private async Task RenewAsync(TimeSpan period, TimeProvider time, Action renewed)
    {
        try
        {
            while (true)
            {
                await Task.Delay(period, time, _ended.Token);
                await _gateway.CallAsync(_ => _subscribe(_reference), _ended.Token);
                renewed();
            }
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            // The watch has ended.
        }
        catch (Exception failure)
        {
            // Also what is not of the connection: a watch that is no longer renewed must not look like a quiet market.
            _channel.End(failure);
        }
    }

    private async Task LeaveAsync()
    {
        try
        {
            await _unsubscribe(_reference).WaitAsync(FarewellBudget, TimeProvider.System);
        }
        catch (Exception)
        {
            // The server is gone, or forgets the observer by itself after two minutes.
        }

        try
        {
            _gateway.Cluster.DeleteObjectReference<TObserver>(_reference);
        }
        catch (ObjectDisposedException)
        {
            // The client was closed before the watch was left.
        }
    }
}
