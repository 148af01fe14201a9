using System.Runtime.CompilerServices;
using K2.Contracts.Symbols;
using K2.Domain.Instruments;

namespace K2.Client.Watching;

/// <summary>
/// Follows an instrument's closed and revised candles. The warehouse's rows are the events; what the grain tells only saves the asking. So nothing is lost
/// when a call, the grain or the silo is: the next call's version does not fit, or the regular question finds it.
/// </summary>
internal sealed class CandleWatch(GatewayConnection gateway, InstrumentId instrument, string? timeframe, K2ClientOptions options)
{
    private const int PageSize = 1_000;

    /// <summary>Windows whose last revision is remembered: repeats come near each other, after a crash.</summary>
    private const int MostRemembered = 20_000;

    private static readonly TimeSpan RenewPeriod = TimeSpan.FromSeconds(10);
    private readonly ISymbolGrain _grain = gateway.Cluster.GetGrain<ISymbolGrain>(instrument.ToString());
    private readonly Dictionary<(string Timeframe, DateTime Start), int> _revisions = [];
    private readonly Queue<(string Timeframe, DateTime Start)> _remembered = new();

    public async IAsyncEnumerable<CandleEvent> RunAsync(long? fromVersion, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var channel = new CandleChannel();
        await using var lease = new ObserverLease<ICandleObserver>(gateway, channel, channel, _grain.SubscribeCandles, _grain.UnsubscribeCandles);
        await lease.StartAsync(RenewPeriod, options.Time, channel.AskAgain, cancellationToken);
        var reached = fromVersion ?? (await gateway.CallAsync(_ => _grain.GetStatus(cancellationToken), cancellationToken)).Version;
        channel.AskAgain();
        await foreach (var told in channel.Reader.ReadAllAsync(cancellationToken))
        {
            if (told.UpTo <= reached) continue;
            for (var next = told.After <= reached ? told : await AskAsync(reached, cancellationToken); ; next = await AskAsync(reached, cancellationToken))
            {
                foreach (var happened in next.Events)
                {
                    if (happened.Version > reached && (timeframe is null || happened.Candle.Timeframe == timeframe) && IsNew(happened.Candle)) yield return happened;
                }

                if (next.UpTo > reached) reached = next.UpTo;
                if (!next.HasMore) break;
            }
        }
    }

    private Task<CandleEventBatch> AskAsync(long above, CancellationToken cancellationToken) =>
        gateway.CallAsync(_ => _grain.GetCandleEvents(above, timeframe, PageSize, cancellationToken), cancellationToken);

    private bool IsNew(CandleView candle)
    {
        var key = (candle.Timeframe, candle.WindowStart);
        if (_revisions.TryGetValue(key, out var known))
        {
            if (candle.Revision <= known) return false;
        }
        else
        {
            if (_remembered.Count == MostRemembered) _revisions.Remove(_remembered.Dequeue());
            _remembered.Enqueue(key);
        }

        _revisions[key] = candle.Revision;
        return true;
    }
}
