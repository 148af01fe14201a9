using System.Runtime.CompilerServices;
using K2.Contracts.Live;
using K2.Domain.Instruments;

namespace K2.Client.Watching;

/// <summary>One subscription to an instrument's live events: made, renewed each minute, given back at the end.</summary>
internal sealed class LiveWatch(GatewayConnection gateway, InstrumentId instrument, K2ClientOptions options, Action dropped)
{
    private static readonly TimeSpan RenewPeriod = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FarewellBudget = TimeSpan.FromSeconds(2);
    private readonly ILiveGrain _grain = gateway.Cluster.GetGrain<ILiveGrain>(instrument.ToString());

    public async IAsyncEnumerable<LiveEvent> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Orleans keeps the observer by a weak reference: this local keeps it alive until the end.
        using var channel = new LiveChannel(options.WatchCapacity, options.Time, dropped);
        var observer = gateway.Cluster.CreateObjectReference<ILiveObserver>(channel);
        gateway.Register(channel);
        using var ended = new CancellationTokenSource();
        var renewal = Task.CompletedTask;
        try
        {
            if (!await SubscribeAsync(observer, cancellationToken)) yield break;
            renewal = RenewAsync(observer, channel, ended.Token);
            await foreach (var liveEvent in channel.Reader.ReadAllAsync(cancellationToken)) yield return liveEvent;
        }
        finally
        {
            gateway.Forget(channel);
            await ended.CancelAsync();
            await renewal;
            await LeaveAsync(observer);
            GC.KeepAlive(channel);
        }
    }

    /// <summary>Returns false when the app closed its client meanwhile: then the watch ends as it does later.</summary>
    private async Task<bool> SubscribeAsync(ILiveObserver observer, CancellationToken cancellationToken)
    {
        try
        {
            await gateway.CallAsync(_ => _grain.Subscribe(observer), cancellationToken);
            return true;
        }
        catch (K2ClientException) when (gateway.IsClosed)
        {
            return false;
        }
    }

    private async Task RenewAsync(ILiveObserver observer, LiveChannel channel, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(RenewPeriod, options.Time, cancellationToken);
                await gateway.CallAsync(_ => _grain.Subscribe(observer), cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The watch has ended.
        }
        catch (Exception failure)
        {
            // Also what is not of the connection: a watch that is no longer renewed must not look like a quiet market.
            channel.End(failure);
        }
    }

    private async Task LeaveAsync(ILiveObserver observer)
    {
        try
        {
            await _grain.Unsubscribe(observer).WaitAsync(FarewellBudget, TimeProvider.System);
        }
        catch (Exception)
        {
            // The server is gone, or forgets the observer by itself after two minutes.
        }

        try
        {
            gateway.Cluster.DeleteObjectReference<ILiveObserver>(observer);
        }
        catch (ObjectDisposedException)
        {
            // The client was closed before the watch was left.
        }
    }
}
