using K2.Abstractions.Warehouse;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Exchanges;
using K2.Exchanges.Candles;
using K2.Exchanges.Rest;
using K2.Grains.Verification;
using K2.Simulator.Exchanges;
using K2.TestKit.Warehouse;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Grains.Tests.Verification;

/// <summary>The verifier against simulated exchanges, which publish candles that they build with code of their own.</summary>
public sealed class CandleVerifierTests : IAsyncDisposable
{
    private readonly HttpClient _http = new();
    private readonly InMemoryWarehouse _warehouse = new();
    private SimulatedExchange _venue = null!;
    private Instrument _instrument = null!;
    private RestApi _rest = null!;

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _venue.DisposeAsync();
    }

    [Theory]
    [InlineData(Exchange.Binance)]
    [InlineData(Exchange.Kraken)]
    [InlineData(Exchange.Coinbase)]
    public async Task Verify_SameTrades_EveryCandleIsEqual(Exchange exchange)
    {
        var verifier = await StartAsync(exchange, trade => trade);

        var outcome = await verifier.VerifyAsync(_instrument, TimeSpan.FromHours(1), TestContext.Current.CancellationToken);

        Assert.Equal("", outcome.Problem);
        Assert.True(outcome.Passed);
        Assert.Equal(exchange == Exchange.Coinbase ? 5 : 6, outcome.Timeframes.Length);
        Assert.InRange(outcome.Timeframes.First(frame => frame.Timeframe == "1m").Equal, 25, 40);
        Assert.InRange(outcome.Timeframes.First(frame => frame.Timeframe == "5m").Equal, 4, 8);
        Assert.All(outcome.Timeframes, frame => Assert.Equal((0, 0), (frame.Different, frame.Missing)));
    }

    [Theory]
    [InlineData(Exchange.Binance, "volume")]
    [InlineData(Exchange.Kraken, "volume")]
    [InlineData(Exchange.Coinbase, "volume")]
    public async Task Verify_OneTradeOfAnotherQuantity_ShowsInEveryTimeframeThatHoldsIt(Exchange exchange, string value)
    {
        var verifier = await StartAsync(exchange, trade => trade.TradeId % 2000 == 0 ? trade with { Quantity = trade.Quantity + 1 } : trade);

        var outcome = await verifier.VerifyAsync(_instrument, TimeSpan.FromHours(1), TestContext.Current.CancellationToken);

        Assert.False(outcome.Passed);
        var minutes = outcome.Timeframes.First(frame => frame.Timeframe == "1m");
        Assert.InRange(minutes.Different, 1, 2);
        Assert.Contains(value, minutes.FirstDifference, StringComparison.Ordinal);
        Assert.Contains("the exchange has", minutes.FirstDifference, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_CandleThatIsNotHere_IsMissing()
    {
        // Five minutes of trades are left out; nothing says so, because the ids are made contiguous.
        var (from, to) = (0L, 0L);
        long shift = 0;
        var verifier = await StartAsync(Exchange.Binance, trade =>
        {
            if (from == 0) (from, to) = (trade.TradeId + 1200, trade.TradeId + 1800);
            if (trade.TradeId >= from && trade.TradeId < to)
            {
                shift++;
                return null;
            }

            return trade with { TradeId = trade.TradeId - shift };
        });
        var outcome = await verifier.VerifyAsync(_instrument, TimeSpan.FromHours(1), TestContext.Current.CancellationToken);

        Assert.False(outcome.Passed);
        Assert.InRange(outcome.Timeframes.First(frame => frame.Timeframe == "1m").Missing, 3, 6);
    }

    [Fact]
    public async Task Verify_ExchangeThatDoesNotAnswer_SaysWhy()
    {
        var verifier = await StartAsync(Exchange.Kraken, trade => trade);
        _venue.Inject(FaultKind.RestUnavailable, 1, TimeSpan.FromHours(1));

        var outcome = await verifier.VerifyAsync(_instrument, TimeSpan.FromHours(1), TestContext.Current.CancellationToken);

        Assert.False(outcome.Passed);
        Assert.Contains("HTTP 503", outcome.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_PagesThatOverlap_CountEachCandleOnce()
    {
        var verifier = await StartAsync(Exchange.Coinbase, trade => trade);
        var once = await verifier.VerifyAsync(_instrument, TimeSpan.FromHours(1), TestContext.Current.CancellationToken);
        var twice = new CandleVerifier(new Overlapping(ExchangeAdapters.Of(Exchange.Coinbase).Candles), _rest, _warehouse, TimeProvider.System);

        var outcome = await twice.VerifyAsync(_instrument, TimeSpan.FromHours(1), TestContext.Current.CancellationToken);

        Assert.Equal("", outcome.Problem);
        Assert.Equal(once.Timeframes.Select(frame => frame.Equal), outcome.Timeframes.Select(frame => frame.Equal));
    }

    private async Task<CandleVerifier> StartAsync(Exchange exchange, Func<LedgerTrade, LedgerTrade?> change)
    {
        // Two trades a second over half an hour: the last one is of now.
        _venue = await SimulatedExchange.StartAsync(
            new SimulatedExchangeOptions { Exchange = exchange, Instruments = [new SimulatedInstrument("AAA", "AAAREST", 2, 4, 500_00, 1)], HistoryTrades = 4200, KeptTrades = int.MaxValue, EnforcesLimits = false, StartHeld = true }, TestContext.Current.CancellationToken);
        _instrument = new Instrument(InstrumentId.Create(exchange, "AAA/USD"), "AAA", "AAA", "USD", 2, 4) { RestSymbol = "AAAREST" };
        var book = new CandleBook(_instrument, new CandleBookOptions { RetainClosed = TimeSpan.FromDays(10) });
        var changes = new BookChanges();
        long offset = 0;
        LedgerTrade? last = null;
        foreach (var trade in _venue.Ledger.Trades)
        {
            if (change(trade) is not { } taken) continue;
            last = taken;
            book.Apply(LogPosition.Create(1, ++offset), LogRecord.OfTrade(taken.ToTrade()), changes);
        }

        book.Apply(LogPosition.Create(1, ++offset), LogRecord.OfWatermark(new Timestamp(last!.TimeMicroseconds)), changes);
        book.TakeChanges(changes);
        await _warehouse.WriteAsync(
            SymbolFlush.Of(book, changes, []), TestContext.Current.CancellationToken);

        var adapter = ExchangeAdapters.Of(exchange);
        var options = new RestOptions { EndpointOverride = _venue.RestEndpoint, BudgetOverride = new RequestBudget(100_000, TimeSpan.FromSeconds(1), TimeSpan.Zero), RetryMin = TimeSpan.FromMilliseconds(1), RetryMax = TimeSpan.FromMilliseconds(2) };
        _rest = new RestApi(exchange, adapter.History.BaseAddress, adapter.History.Budget, options, _http, TimeProvider.System, NullLogger.Instance);
        return new CandleVerifier(adapter.Candles, _rest, _warehouse, TimeProvider.System);
    }

    /// <summary>Gives each candle twice, as pages do that begin before what was asked for.</summary>
    private sealed class Overlapping(ICandleHistory inner) : ICandleHistory
    {
        public IReadOnlyList<Timeframe> Timeframes => inner.Timeframes;

        public HistoryQuery Query(Instrument instrument, Timeframe timeframe, Timestamp from, Timestamp to) => inner.Query(instrument, timeframe, from, to);

        public CandleAnswer Read(Instrument instrument, Timeframe timeframe, Timestamp from, Timestamp to, ReadOnlySpan<byte> body)
        {
            var answer = inner.Read(instrument, timeframe, from, to, body);
            return answer with { Candles = [.. answer.Candles, .. answer.Candles] };
        }
    }
}
