using System.Globalization;
using K2.Domain.Candles;
using K2.Domain.Log;

namespace K2.Grains.Tests.Symbols;

/// <summary>
/// Any interleaving of live, late, repeated and backfilled trades, gap records, restarts, evictions and writer faults gives the rows, the history and the
/// events of one pass. <c>K2_CORRECTION_SEEDS</c> sets how many seeds run; a failure names its seed.
/// </summary>
public sealed class CorrectionSeedsTests(ITestOutputHelper output)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AnyInterleaving_EndsWithTheRowsHistoryAndEventsOfOnePass()
    {
        var seeds = int.Parse(Environment.GetEnvironmentVariable("K2_CORRECTION_SEEDS") ?? "25", CultureInfo.InvariantCulture);
        var (faults, late, beyond, rows, events) = (0, 0, 0, 0, 0);
        for (var seed = 1; seed <= seeds; seed++)
        {
            try
            {
                var log = new CorrectionLog(seed);
                var random = new Random(seed);
                var once = await new CorrectionRun(new Random(seed), new CandleBookOptions { RetainClosed = TimeSpan.FromDays(1_000) }, false).RunAsync(log.Records, Token);
                var options = new CandleBookOptions { RetainClosed = TimeSpan.FromSeconds(random.Next(3) * random.Next(4_000)), MaxRetainedPerTimeframe = random.Next(4) };
                var torn = await new CorrectionRun(random, options, true).RunAsync(log.Records, Token);
                await CheckAsync(log, once, torn);
                faults += torn.Faults;
                late += torn.Warehouse.History(Some.Instrument.Id).Count(row => row.Revision > 0);
                beyond += log.Beyond.Count;
                rows += (await torn.RowsAsync(Token)).Count;
                events += torn.Events.Count;
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"seed {seed}: {failure.Message}", failure);
            }
        }

        output.WriteLine($"{seeds} seeds: {rows} final rows equal, {faults} writer faults, {late} rows of revisions, {events} events, {beyond} trades beyond the horizon");
        Assert.True(faults > seeds && late > seeds && events > seeds, "the seeds did not exercise what they are for");
    }

    private static async Task CheckAsync(CorrectionLog log, CorrectionRun once, CorrectionRun torn)
    {
        var rows = await torn.RowsAsync(Token);

        // One sorted pass by plain adding; then the pipeline's own pass, with revisions and completeness.
        Assert.Equal(PlainRows.Of(log.Trades), rows.Select(PlainRows.Of));
        Assert.Equal((await once.RowsAsync(Token)).Select(Judged), rows.Select(Judged));
        Assert.Equal(log.Trades.Select(trade => trade.TradeId).Order(), await torn.Warehouse.ReadTradesAsync(new(Some.Instrument.Id, null, null, null, 10_000, false), Token).Select(trade => trade.Trade.TradeId).Order().ToListAsync(Token));

        var (straight, history) = (once.Warehouse.History(Some.Instrument.Id), torn.Warehouse.History(Some.Instrument.Id));
        Assert.Equal(straight.Where(IsClosing).Select(Bare).Distinct(), history.Where(IsClosing).Select(Bare).Distinct());
        foreach (var of in history.GroupBy(row => (row.Timeframe, row.WindowStart)))
        {
            Assert.Equal(of.Select(row => row.Revision).Order(), of.OrderBy(row => row.Position).Select(row => row.Revision));
            Assert.True(of.Zip(of.Skip(1)).All(pair => pair.First.TradeCount <= pair.Second.TradeCount), "a candle shrank");
        }

        // Every closed row was told, once a revision, ending with the values that stand there now.
        Assert.Equal(torn.Events.Count, torn.Events.DistinctBy(row => (row.Timeframe, row.WindowStart, row.Revision)).Count());
        var told = torn.Events.GroupBy(row => (row.Timeframe, row.WindowStart)).ToDictionary(of => of.Key, of => of.Last());
        Assert.Equal(rows.Where(row => row.Closed).Select(row => row with { Complete = default, KnownAt = null }).OrderBy(Key), told.Values.Select(row => row with { Complete = default, Position = LogPosition.None, KnownAt = null }).OrderBy(Key));
        Assert.Equal(straight.Where(row => row.Revision == 0).Select(row => (row.Timeframe, row.WindowStart)).Distinct().Order(), torn.Events.Where(row => row.Revision == 0).Select(row => (row.Timeframe, row.WindowStart)).Order());

        // Each trade beyond the horizon waits once, whole.
        var letters = torn.Warehouse.Letters.Where(letter => letter.Reason == "beyond-horizon").ToList();
        Assert.Equal(log.Beyond.OrderBy(trade => trade.TradeId), letters.Select(letter => RecordCodec.Read(letter.Original.Span, 0).Trade).OrderBy(trade => trade.TradeId));
    }

    private static (Timeframe, Domain.Timestamp) Key(Candle row) => (row.Timeframe, row.WindowStart);

    private static string Judged(Candle row) => $"{PlainRows.Of(row)} {row.WindowStart} closed {row.Closed}, complete {row.Complete}, revision {row.Revision}";

    private static bool IsClosing(Candle row) => row.Revision == 0;

    /// <summary>Judgements may stand elsewhere in another run: of revision 0 the closing is what has to be equal.</summary>
    private static Candle Bare(Candle row) => row with { Complete = default, Position = LogPosition.None, KnownAt = null };
}
