using System.Collections.Immutable;
using K2.Abstractions;
using K2.Abstractions.Warehouse;
using K2.Contracts.Live;
using K2.Contracts.Symbols;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using Microsoft.Extensions.Logging;
using Orleans.Utilities;

namespace K2.Grains.Live;

/// <summary>The shell of an instrument's <see cref="LiveView"/>: queries and observers. Nothing here is durable.</summary>
[GrainType("live")]
internal sealed class LiveGrain : Grain, ILiveGrain
{
    private static readonly TimeSpan ObserverLifetime = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan RebasePeriod = TimeSpan.FromSeconds(1);
    private readonly InstrumentTable _instruments;
    private readonly CandleBookOptions _options;
    private readonly IWarehouseReader _reader;
    private readonly TimeProvider _time;
    private readonly ObserverManager<ILiveObserver> _observers;
    private Instrument? _instrument;
    private LiveView? _view;
    private long _sequence;
    private DateTimeOffset _rebased;
    private TradeView? _seeded;

    public LiveGrain(InstrumentTable instruments, CandleBookOptions options, IWarehouseReader reader, TimeProvider time, ILogger<LiveGrain> logger)
    {
        _instruments = instruments;
        _options = options;
        _reader = reader;
        _time = time;
        _observers = new ObserverManager<ILiveObserver>(ObserverLifetime, logger);
    }

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (!InstrumentId.TryParse(this.GetPrimaryKeyString(), out var id) || !_instruments.TryGet(id, out _instrument)) return;
        _view = new LiveView(_instrument, _options);

        // Above all that an earlier activation sent: a client takes lower sequences for latecomers.
        _sequence = Timestamp.From(_time.GetUtcNow()).Microseconds;
        await RebaseAsync(cancellationToken);
        if (_view.LastTrade is null) await SeedLastTradeAsync(cancellationToken);
    }

    public async Task Accept(byte[] packedRecords)
    {
        if (_view is null || _instrument is null) return;
        var trades = _view.Accept(packedRecords);
        if (_view.HasHole && _time.GetUtcNow() - _rebased > RebasePeriod) await RebaseAsync(CancellationToken.None);
        if (_observers.Count == 0 || trades.Count == 0) return;

        var liveEvent = new LiveEvent
        {
            Trades = [.. trades.Select(trade => trade.Trade.ToView(_instrument))],
            Candles = [.. _view.Forming().Select(candle => candle.ToView(_instrument))],
            Sequence = ++_sequence,
        };
        await _observers.Notify(observer => observer.OnEvent(liveEvent));
    }

    public Task<TradeView?> GetLastTrade(CancellationToken cancellationToken) =>
        Task.FromResult(_view?.LastTrade is { } trade ? trade.ToView(_instrument!) : _seeded);

    public async Task<ImmutableArray<CandleView>> GetForming(CancellationToken cancellationToken)
    {
        if (_view is null) return [];
        if (_time.GetUtcNow() - _rebased > RebasePeriod && _view.HasHole) await RebaseAsync(cancellationToken);
        return [.. _view.Forming().Select(candle => candle.ToView(_instrument!))];
    }

    public Task Subscribe(ILiveObserver observer)
    {
        _observers.Subscribe(observer, observer);
        return Task.CompletedTask;
    }

    public Task Unsubscribe(ILiveObserver observer)
    {
        _observers.Unsubscribe(observer);
        return Task.CompletedTask;
    }

    private async Task SeedLastTradeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var trade in _reader.ReadTradesAsync(new TradeQuery(_instrument!.Id, null, null, null, 1, true), cancellationToken))
            {
                _seeded = trade.Trade.ToView(_instrument);
            }
        }
        catch (K2Exception away) when (away.IsTransient)
        {
            // ClickHouse is away: the last trade is known when the next one comes.
        }
    }

    private async Task RebaseAsync(CancellationToken cancellationToken)
    {
        _rebased = _time.GetUtcNow();
        try
        {
            _view!.Rebase(await _reader.ReadCheckpointAsync(_instrument!.Id, cancellationToken));
        }
        catch (K2Exception away) when (away.IsTransient)
        {
            // ClickHouse is away: the view goes on from what it hears, and tries again after a second.
        }
    }
}
