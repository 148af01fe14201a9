using K2.Abstractions.Warehouse;
using K2.Contracts.Lineage;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;
using K2.Grains.Lineage;
using K2.Grains.Symbols;
using K2.Grains.Tests.Symbols;

namespace K2.Grains.Tests.Lineage;

/// <summary>Trades that waited beyond the horizon, through the real provider, grain and engine.</summary>
public sealed class LateTradesRunTests : IAsyncDisposable
{
    private const double FortyDays = 40 * 86_400.0;
    private static readonly Instrument Btc = Some.Instrument;
    private static readonly DateTime Day = Timeframe.OneDay.WindowStart(Some.Start).ToDateTime();
    private readonly Days _days = new();
    private SymbolOnEngine _symbol = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_symbol is not null) await _symbol.DisposeAsync();
    }

    [Fact]
    public async Task Run_TakesEachTradeOnce_AndDerivesItsDayAgain()
    {
        _symbol = await SymbolOnEngine.StartOrSkipAsync();
        await Records.ApplyAsync([LogRecord.OfTrade(Some.Trade(1, 1, 500)), LogRecord.OfTrade(Some.Trade(2, 2, 600)), Some.Watermark(FortyDays), LogRecord.OfTrade(Some.Trade(90, FortyDays, 500)), Some.Watermark(FortyDays + 1)], Token);

        // Two contents of one id, one trade of another day, and one that the warehouse got in the meantime.
        Trade[] late = [Some.Trade(3, 3, 900), Some.Trade(3, 3, 901), Some.Trade(4, 4, 100), Some.Trade(5, -86_400, 700), Some.Trade(6, 6, 450)];
        await Records.ApplyAsync([.. late.Select(trade => LogRecord.OfTrade(trade))], Token);
        await Records.ApplyAsync([LogRecord.OfRestoredTrade(late[^1])], Token);
        Assert.Equal(5, await WaitingAsync());
        Assert.Equal((2, 0), (await DayCandleAsync()) is var before ? (before.TradeCount, before.Revision) : default);

        // What cannot be brought back waits.
        _days.Lacking = "the store is away";
        var refused = await RunAsync(Day, Day.AddDays(1));
        Assert.Equal((0, false), (refused.Settled, refused.IsWhole));
        Assert.Equal(["2 trades of 2024-08-08", "1 trades of 2024-08-08", "1 trades of 2024-08-08"], refused.Rest.Select(words => words[.."2 trades of 2024-08-08".Length]));
        Assert.EndsWith("still wait: the store is away", refused.Rest[0], StringComparison.Ordinal);
        Assert.Equal(5, await WaitingAsync());

        // Two letters at a time: pages and days are cut anywhere.
        _days.Lacking = null;
        var progress = await RunAsync(Day, Day.AddDays(1));
        Assert.Equal((4, 2, true), (progress.Settled, progress.Restored, progress.IsWhole));
        Assert.Equal(1, await WaitingAsync());
        var candle = await DayCandleAsync();
        Assert.Equal((5, 900, 100, true), (candle.TradeCount, candle.High.Mantissa, candle.Low.Mantissa, candle.Closed));
        Assert.True(candle.Revision > 0);
        Assert.Equal("1,2,3,4,6", await IdsAsync());
        Assert.Equal("id-conflict 3", await _symbol.QueryAsync("SELECT concat(reason, ' ', toString(sequence)) FROM k2.dead_letters WHERE reason != 'beyond-horizon' FORMAT TSV"));

        // The rest of all time; and nothing twice.
        Assert.Equal((1, 1), (await RunAsync(DateTime.UnixEpoch, Day.AddYears(100))) is var rest ? (rest.Settled, rest.Restored) : default);
        Assert.Equal((0, 0, true), (await RunAsync(DateTime.UnixEpoch, Day.AddYears(100))) is var again ? (again.Settled, again.Restored, again.IsWhole) : default);
        Assert.Equal(candle, await DayCandleAsync());
        Assert.Equal("1,2,3,4,5,6", await IdsAsync());
        Assert.Equal(new Timestamp(Some.Start.Microseconds - (86_400 * Timestamp.MicrosecondsPerSecond)).ToDateTime().Date, _days.Asked[^1].ToDateTime());
    }

    private SymbolRecords Records => new(Btc, _symbol.Log, _symbol.Warehouse.Reader, TimeProvider.System);

    private async Task<RebuildProgress> RunAsync(DateTime from, DateTime until)
    {
        var progress = new RebuildProgress { Request = new RebuildRequest { From = from, Until = until, FromRaw = false, FromDeadLetters = true }, Reached = from };
        await new LateTradesRun(Btc, Records, _symbol.Warehouse.Reader, _symbol.Warehouse.Lineage, _days, lettersPerRead: 2).RunAsync(progress, reached => progress = reached, Token);
        return progress;
    }

    private async Task<Candle> DayCandleAsync() =>
        await _symbol.Warehouse.Reader.ReadCandlesAsync(new CandleQuery(Btc.Id, Timeframe.OneDay, Timestamp.From(new DateTimeOffset(Day)), Timestamp.From(new DateTimeOffset(Day.AddDays(1))), 1, false), Token).SingleAsync(Token);

    private Task<string> IdsAsync() => _symbol.QueryAsync("SELECT arrayStringConcat(groupArray(toString(trade_id)), ',') FROM (SELECT trade_id FROM k2.silver_trades WHERE trade_id < 90 ORDER BY trade_id) FORMAT TSV");

    private async Task<int> WaitingAsync() => (await _symbol.Warehouse.Lineage.ReadWaitingAsync(Btc.Id, SymbolDeadLetters.BeyondHorizonReason, null, 100, Token)).Count;

    private sealed class Days : IDayKeeper
    {
        public string? Lacking { get; set; }

        public List<Timestamp> Asked { get; } = [];

        public Task<string?> BringBackAsync(Exchange exchange, Timestamp day, CancellationToken cancellationToken)
        {
            Asked.Add(day);
            return Task.FromResult(Lacking);
        }
    }
}
