using System.Runtime.CompilerServices;
using K2.Contracts.Live;
using K2.Domain.Instruments;

namespace K2.Client.Watching;

/// <summary>One subscription to an instrument's live events: made, renewed each minute, given back at the end.</summary>
internal sealed class LiveWatch(GatewayConnection gateway, InstrumentId instrument, K2ClientOptions options, Action dropped)
{
    private static readonly TimeSpan RenewPeriod = TimeSpan.FromMinutes(1);
    private readonly ILiveGrain _grain = gateway.Cluster.GetGrain<ILiveGrain>(instrument.ToString());

    public async IAsyncEnumerable<LiveEvent> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var channel = new LiveChannel(options.WatchCapacity, options.Time, dropped);
        await using var lease = new ObserverLease<ILiveObserver>(gateway, channel, channel, _grain.Subscribe, _grain.Unsubscribe);
        if (!await SubscribeAsync(lease, cancellationToken)) yield break;
        await foreach (var liveEvent in channel.Reader.ReadAllAsync(cancellationToken)) yield return liveEvent;
    }

    /// <summary>Returns false when the app closed its client meanwhile: then the watch ends as it does later.</summary>
    private async Task<bool> SubscribeAsync(ObserverLease<ILiveObserver> lease, CancellationToken cancellationToken)
    {
        try
        {
            await lease.StartAsync(RenewPeriod, options.Time, () => { }, cancellationToken);
            return true;
        }
        catch (K2ClientException) when (gateway.IsClosed)
        {
            return false;
        }
    }
}
