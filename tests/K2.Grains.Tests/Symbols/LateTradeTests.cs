using K2.Abstractions.Warehouse;
using K2.Contracts.Symbols;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;

namespace K2.Grains.Tests.Symbols;

/// <summary>Late trades through the real stream provider, grains and engine: every timeframe is corrected, in the table, by the grain, and in the events.</summary>
public sealed class LateTradeTests : IAsyncDisposable
{
    private const double Midnight = 360;
    private static readonly Instrument Btc = Some.Instrument;

    // How late, and how long before midnight the trade was: when it comes, all six windows are over, that of the day too.
    private static readonly (string Name, double Late, double Before)[] Delays = [("1 s", 1, 0.5), ("1 min", 60, 30), ("1 h", 3600, 1800), ("1 d", 86_400, 43_200), ("29 d", 29 * 86_400.0, 3600)];
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);
    private SymbolOnEngine _symbol = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_symbol is not null) await _symbol.DisposeAsync();
    }

    [Fact]
    public async Task Trade_LateByAnyTimeWithinTheHorizon_CorrectsEveryTimeframeEverywhere()
    {
        _symbol = await SymbolOnEngine.StartOrSkipAsync();
        var grain = _symbol.Client.GetGrain<ISymbolGrain>(Btc.Id.ToString());
        var told = new Told();
        var observer = _symbol.Client.CreateObjectReference<ICandleObserver>(told);
        await grain.SubscribeCandles(observer);

        // Something is in every window already. At midnight they close.
        long id = 0;
        var known = Delays.OrderByDescending(delay => delay.Before).Select(delay => Some.Trade(id += 10, Math.Floor((Midnight - delay.Before) / 60) * 60, 500)).ToList();
        await _symbol.AppendAsync([.. known.Select(trade => LogRecord.OfTrade(trade)), Some.Watermark(Midnight)]);
        var closings = await EventsAsync(grain, told, events => events.Any(happened => happened.Candle.Timeframe == "1d"));
        Assert.All(closings.Events, happened => Assert.Equal(CandleEventKind.CandleClosed, happened.Kind));
        var cursor = closings.UpTo;
        var revision = 0;

        foreach (var (name, late, before) in Delays)
        {
            var trade = Some.Trade(id += 10, Midnight - before, 900, 7);
            known.Add(trade);
            await _symbol.AppendAsync(Some.Watermark(Midnight - before + late), LogRecord.OfTrade(trade));
            var revised = await EventsAsync(grain, told, events => events.Count(happened => happened.Version > cursor) == 6, cursor);
            Assert.Equal(Timeframes.All.Select(timeframe => timeframe.ToName()), revised.Events.Select(happened => happened.Candle.Timeframe));
            Assert.All(revised.Events, happened => Assert.Equal((CandleEventKind.CandleRevised, At(Midnight - before + late).ToDateTime()), (happened.Kind, happened.KnownAt)));
            Assert.Equal(++revision, revised.Events[^1].Candle.Revision);

            foreach (var timeframe in Timeframes.All)
            {
                var stored = await RowAsync(timeframe, trade.ExchangeTime);
                var sum = known.Where(of => timeframe.WindowStart(of.ExchangeTime) == timeframe.WindowStart(trade.ExchangeTime)).ToList();
                Assert.True((stored.TradeCount, stored.Volume, stored.High.Mantissa) == (sum.Count, sum.Sum(of => of.Quantity.Mantissa), 900), $"{name}, {timeframe}: {stored}");
                Assert.True(stored is { Closed: true, Revision: > 0 }, $"{name}, {timeframe}: {stored}");
                Assert.Equal(stored.ToView(Btc), revised.Events.Single(happened => happened.Candle.Timeframe == timeframe.ToName()).Candle);
            }

            Assert.Superset(revised.Events.ToHashSet(), told.Events.ToHashSet());
            cursor = revised.UpTo;
        }

        // Beyond the horizon it changes no candle: it waits, whole.
        var now = Midnight - 3600 + (29 * 86_400);
        var beyond = Some.Trade(id + 10, now - (31 * 86_400.0), 1);
        await _symbol.AppendAsync(LogRecord.OfTrade(beyond), LogRecord.OfTrade(Some.Trade(id + 20, now + 1)));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(Limit);
        while ((await grain.GetStatus(limit.Token)).LastTradeId != id + 20) await Task.Yield();
        using var text = new MemoryStream();
        await _symbol.Warehouse.QueryRawAsync("SELECT reason, original FROM k2.dead_letters FORMAT RowBinary", text, Token);
        text.Position = 0;
        using var letter = new BinaryReader(text);
        Assert.Equal("beyond-horizon", letter.ReadString());
        Assert.Equal(beyond, RecordCodec.Read(letter.ReadBytes(letter.Read7BitEncodedInt()), 0).Trade);
        Assert.Equal(text.Length, text.Position);
        Assert.Empty((await grain.GetCandleEvents(cursor, null, 100, Token)).Events);
        GC.KeepAlive(told);
    }

    private static Timestamp At(double second) => Some.Start.Add(TimeSpan.FromSeconds(second));

    /// <summary>Waits until the observer was told enough, then reads the same from the table.</summary>
    private static async Task<CandleEventBatch> EventsAsync(ISymbolGrain grain, Told told, Func<IReadOnlyList<CandleEvent>, bool> enough, long above = 0)
    {
        await told.UntilAsync(enough).WaitAsync(Limit, Token);
        return await grain.GetCandleEvents(above, null, 1_000, Token);
    }

    private async Task<Candle> RowAsync(Timeframe timeframe, Timestamp time)
    {
        var start = timeframe.WindowStart(time);
        return await _symbol.Warehouse.Reader.ReadCandlesAsync(new CandleQuery(Btc.Id, timeframe, start, new Timestamp(start.Microseconds + 1), 1, false), Token).SingleAsync(Token);
    }

    private sealed class Told : ICandleObserver
    {
        private readonly List<CandleEvent> _events = [];
        private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IReadOnlyList<CandleEvent> Events
        {
            get
            {
                lock (_events) return [.. _events];
            }
        }

        public Task OnCandles(CandleEventBatch events)
        {
            lock (_events)
            {
                _events.AddRange(events.Events);
                _more.SetResult();
                _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            return Task.CompletedTask;
        }

        public async Task UntilAsync(Func<IReadOnlyList<CandleEvent>, bool> enough)
        {
            while (true)
            {
                Task more;
                lock (_events)
                {
                    if (enough(_events)) return;
                    more = _more.Task;
                }

                await more;
            }
        }
    }
}
