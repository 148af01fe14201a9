using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;
using K2.Exchanges.Gaps;
using K2.Exchanges.Rest;
using K2.Simulator.Exchanges;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Exchanges.Tests.Gaps;

public sealed class HistoryRequestsTests : IAsyncDisposable
{
    private const int History = 2500;
    private readonly TestSink _sink = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly HttpClient _http = new();
    private SimulatedExchange _venue = null!;
    private Instrument _instrument = null!;
    private FeedKeeper _keeper = null!;
    private RestApi _rest = null!;
    private Backfiller _backfiller = null!;
    private HistoryRequests _requests = null!;
    private IReadOnlyList<LedgerTrade> _ledger = [];
    private Task _running = Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _http.Dispose();
        _stop.Dispose();
        await _venue.DisposeAsync();
    }

    [Theory]
    [InlineData(Exchange.Binance)]
    [InlineData(Exchange.Kraken)]
    [InlineData(Exchange.Coinbase)]
    public async Task Request_MomentWithinTheHistory_FetchesEveryTradeFromThereOn(Exchange exchange)
    {
        await StartAsync(exchange);
        await LiveAsync(_ledger[^1]);

        var progress = await _requests.RequestAsync(_instrument, new Timestamp(_ledger[700].TimeMicroseconds), TestContext.Current.CancellationToken);

        Assert.Equal((_ledger[700].TradeId, _ledger[^1].TradeId - 1), (progress.FirstId, progress.LastId));
        await _sink.Until(sink => sink.Records(_instrument.Id.Symbol).Any(record => record.Kind == RecordKind.GapClosed));
        Assert.Equal(
            _ledger.Skip(700).Select(trade => (trade.TradeId, trade.Price, trade.Quantity, trade.TimeMicroseconds, trade.TakerBought)),
            _sink.TradesOf(_instrument.Id.Symbol).OrderBy(trade => trade.TradeId).Select(trade => (trade.TradeId, trade.Price.Mantissa, trade.Quantity.Mantissa, trade.ExchangeTime.Microseconds, trade.Side == TakerSide.Buy)));
        var end = _requests.Progress(_instrument, progress.FirstId, progress.LastId);
        Assert.Equal((end.Wanted, false), (end.Known, end.IsOpen));
    }

    [Theory]
    [InlineData(Exchange.Binance)]
    [InlineData(Exchange.Kraken)]
    [InlineData(Exchange.Coinbase)]
    public async Task Request_SecondOneFartherBack_FetchesOnlyWhatIsMissing(Exchange exchange)
    {
        await StartAsync(exchange);
        await LiveAsync(_ledger[^1]);
        await _requests.RequestAsync(_instrument, new Timestamp(_ledger[2000].TimeMicroseconds), TestContext.Current.CancellationToken);
        await _sink.Until(sink => sink.Records(_instrument.Id.Symbol).Any(record => record.Kind == RecordKind.GapClosed));

        var again = await _requests.RequestAsync(_instrument, new Timestamp(_ledger[2000].TimeMicroseconds), TestContext.Current.CancellationToken);
        var farther = await _requests.RequestAsync(_instrument, new Timestamp(_ledger[0].TimeMicroseconds - 60_000_000), TestContext.Current.CancellationToken);
        await _sink.Until(sink => sink.Records(_instrument.Id.Symbol).Count(record => record.Kind == RecordKind.GapClosed) == 2);

        Assert.Equal(0, again.Wanted);
        Assert.Equal((_ledger[0].TradeId, _ledger[1999].TradeId), (farther.FirstId, farther.LastId));
        Assert.Equal(_ledger.Select(trade => trade.TradeId), _sink.TradesOf(_instrument.Id.Symbol).Select(trade => trade.TradeId).Order());
    }

    [Fact]
    public async Task Request_BeforeTheFirstTrade_SaysWhatToDo()
    {
        await StartAsync(Exchange.Binance);

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => _requests.RequestAsync(_instrument, new Timestamp(_ledger[0].TimeMicroseconds), TestContext.Current.CancellationToken));

        Assert.Contains("wait for the first one", refused.Message, StringComparison.Ordinal);
    }

    private async Task StartAsync(Exchange exchange)
    {
        _venue = await SimulatedExchange.StartAsync(
            new SimulatedExchangeOptions { Exchange = exchange, Instruments = [new SimulatedInstrument("AAA", "AAAREST", 2, 4, 500_00, 1)], HistoryTrades = History, KeptTrades = int.MaxValue, EnforcesLimits = false, StartHeld = true }, TestContext.Current.CancellationToken);
        _ledger = _venue.Ledger.Trades;
        _instrument = new Instrument(InstrumentId.Create(exchange, "AAA/USD"), "AAA", "AAA", "USD", 2, 4) { RestSymbol = "AAAREST" };
        var adapter = ExchangeAdapters.Of(exchange);
        _keeper = new FeedKeeper([(_instrument, null)], _sink);
        var options = new RestOptions { EndpointOverride = _venue.RestEndpoint, BudgetOverride = new RequestBudget(100_000, TimeSpan.FromSeconds(1), TimeSpan.Zero) };
        _rest = new RestApi(exchange, adapter.History.BaseAddress, adapter.History.Budget, options, _http, TimeProvider.System, NullLogger.Instance);
        _backfiller = new Backfiller(exchange, adapter.History, _keeper, _rest, new BackfillOptions(), TimeProvider.System, NullLogger.Instance);
        _requests = new HistoryRequests(adapter.History, _keeper, _rest, TimeProvider.System);
        _running = Task.Run(() => _backfiller.RunAsync(_stop.Token));
    }

    private ValueTask LiveAsync(LedgerTrade trade) => _keeper.AcceptAsync(
        new FrameBatch
        {
            Exchange = _instrument.Id.Exchange,
            Origin = "c1",
            IsReplay = false,
            Frames = [],
            Records =
            [
                new InstrumentRecords(_instrument, [LogRecord.OfTrade(trade.ToTrade())]),
            ],
            Rejected = [],
            TradeFrames = 1,
            Trades = 1,
        },
        TestContext.Current.CancellationToken);
}
