using System.Collections.Immutable;
using K2.Abstractions;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;
using K2.Abstractions.Warehouse;
using K2.Contracts.Symbols;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Grains.Placement;
using Microsoft.Extensions.Logging;
using Orleans.Providers.Streams.Common;
using Orleans.Streams;
using Orleans.Streams.Core;
using Orleans.Utilities;

namespace K2.Grains.Symbols;

/// <summary>
/// The shell of a symbol's <see cref="SymbolPipeline"/>: key, stream subscription, queries. A batch is acknowledged only when its effect is
/// durable; a hole rewinds the stream to the position reached.
/// </summary>
[GrainType("symbol")]
[ImplicitStreamSubscription(StreamNames.Trades)]
[KeepAlive]
internal sealed partial class SymbolGrain(
    InstrumentTable instruments,
    CandleBookOptions options,
    IWarehouseReader reader,
    IWarehouseWriter writer,
    PipelineCounters counters,
    IProtocolProbe probe,
    ILogger<SymbolGrain> logger) : Grain, ISymbolGrain, IMovableGrain, IStreamSubscriptionObserver, IAsyncBatchObserver<PackedBatch>
{
    private const int MostEvents = 5_000;
    private static readonly TimeSpan ObserverLifetime = TimeSpan.FromMinutes(2);
    private readonly ObserverManager<ICandleObserver> _observers = new(ObserverLifetime, logger);
    private string _key = "";
    private LogPosition _told;
    private SymbolPipeline? _pipeline;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _key = this.GetPrimaryKeyString();
        if (InstrumentId.TryParse(_key, out var id) && instruments.TryGet(id, out var instrument))
        {
            _pipeline = await SymbolPipeline.OpenAsync(instrument, options, reader, writer, counters, probe, cancellationToken);
            _told = _pipeline.Book.Position;
        }
    }

    public async Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory)
    {
        // Always with the position reached, also at none: without a token the agent would go on from wherever its cursor stands.
        await handleFactory.Create<PackedBatch>().ResumeAsync(this, new EventSequenceTokenV2(_pipeline?.Book.Position.Version ?? 0));
    }

    public async Task OnNextAsync(IList<SequentialItem<PackedBatch>> items)
    {
        var batches = items.Select(item => item.Item).ToList();
        if (_pipeline is null)
        {
            await writer.WriteDeadLettersAsync(batches.SelectMany(UnknownInstrument.Letters).ToList(), CancellationToken.None);
            return;
        }

        var outcome = await _pipeline.ApplyAsync(batches, CancellationToken.None);
        await TellAsync(_pipeline);
        if (outcome == BatchOutcome.Hole)
        {
            counters.Add(PipelineStage.Rewinds, 1);
            LogRewind(_key, _pipeline.Book.Position);

            // Orleans lets only a new activation say where its stream resumes. Returning would count the batch as durable, so it is refused.
            DeactivateOnIdle();
            throw new K2Exception($"{_key}: records are missing behind {_pipeline.Book.Position}, the stream is rewound", isTransient: true);
        }
    }

    public async Task<CandleEventBatch> GetCandleEvents(long above, string? timeframe, int limit, CancellationToken cancellationToken)
    {
        if (_pipeline is null) throw new ArgumentException($"{_key} is not in the instruments file.");
        if (limit is < 1 or > MostEvents) throw new ArgumentException($"The limit is {limit}, it must be 1 to {MostEvents}.");
        Timeframe? of = timeframe is null ? null : Timeframes.TryParse(timeframe, out var known) ? known : throw new ArgumentException($"'{timeframe}' is no timeframe.");
        var instrument = _pipeline.Book.Instrument;
        try
        {
            var events = await reader.ReadCandleEventsAsync(new CandleEventQuery(instrument.Id, of, new LogPosition(above), limit), cancellationToken);
            return new CandleEventBatch { After = above, UpTo = events.UpTo.Version, Events = [.. events.Rows.Select(row => row.ToEvent(instrument))], HasMore = events.HasMore };
        }
        catch (K2Exception away)
        {
            // Clients know no exception of the silo's own.
            throw new InvalidOperationException(away.Message, away);
        }
    }

    public Task SubscribeCandles(ICandleObserver observer)
    {
        _observers.Subscribe(observer, observer);
        return Task.CompletedTask;
    }

    public Task UnsubscribeCandles(ICandleObserver observer)
    {
        _observers.Unsubscribe(observer);
        return Task.CompletedTask;
    }

    /// <summary>Tells observers what has become durable. It is not kept for those that do not hear it: they find it in the warehouse.</summary>
    private async Task TellAsync(SymbolPipeline pipeline)
    {
        var recorded = pipeline.TakeRecorded();
        if (recorded.Count == 0) return;
        var (after, reached) = (_told, pipeline.Book.Position);
        _told = reached;
        if (_observers.Count == 0) return;
        var instrument = pipeline.Book.Instrument;
        var events = new CandleEventBatch { After = after.Version, UpTo = reached.Version, Events = [.. recorded.Select(row => row.ToEvent(instrument))], HasMore = false };
        await _observers.Notify(observer => observer.OnCandles(events));
    }

    public Task MoveTo(SiloAddress silo)
    {
        this.MigrateTo(silo);
        return Task.CompletedTask;
    }

    public Task OnErrorAsync(Exception ex)
    {
        LogStreamError(ex, _key);
        return Task.CompletedTask;
    }

    public Task<ImmutableArray<CandleView>> GetCandles(CancellationToken cancellationToken) =>
        Task.FromResult(_pipeline is null ? [] : _pipeline.Book.Candles().Select(candle => candle.ToView(_pipeline.Book.Instrument)).ToImmutableArray());

    public Task<SymbolStatus> GetStatus(CancellationToken cancellationToken)
    {
        var book = _pipeline?.Book;
        return Task.FromResult(new SymbolStatus
        {
            Instrument = _key,
            Position = book?.Position.ToString() ?? "",
            Watermark = book?.Watermark?.ToDateTime(),
            LastTradeId = book is { Seen.Count: > 0 } ? book.Seen.HighestId : -1,
            IdHoles = book is { Seen.Count: > 0 } ? book.Seen.Count - 1 : 0,
            Version = book?.Position.Version ?? 0,
        });
    }

    [LoggerMessage(EventId = 2201, Level = LogLevel.Information, Message = "{Instrument}: records are missing behind {Position}, rewinding")]
    private partial void LogRewind(string instrument, LogPosition position);

    [LoggerMessage(EventId = 2202, Level = LogLevel.Error, Message = "{Instrument}: the stream reported an error")]
    private partial void LogStreamError(Exception failure, string instrument);
}
