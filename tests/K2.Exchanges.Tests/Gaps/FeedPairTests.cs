using CsCheck;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;
using K2.Exchanges.Gaps;

namespace K2.Exchanges.Tests.Gaps;

/// <summary>
/// Two connectors of one exchange write into one log, each with losses of its own, and the first one dies and comes again: every trade counts once, and candles are those of one connection that
/// lost nothing. A failing sample prints the seed that repeats it.
/// </summary>
public sealed class FeedPairTests
{
    private const int Samples = 200;
    private const int Trades = 300;
    private static readonly Instrument Instrument = Some.Instrument("BTC");
    private static readonly CandleBookOptions Options = new() { RetainClosed = TimeSpan.FromDays(1) };

    [Fact]
    public Task BothLoseTrades_AndTheFirstIsAwayForAWhile_NothingIsMissingAndNothingTwice() =>
        Gen.Int.SampleAsync(
            async seed =>
            {
                var random = new Random(seed);
                var all = Enumerable.Range(1, Trades).Select(id => InstrumentTrades.Trade(id) with { ExchangeTime = Timestamp.FromMilliseconds(id * 1000) }).ToList();
                var log = new Book();
                var first = log.Connect(FeedPart.First);
                var second = log.Connect(FeedPart.Second);
                int[] next = [0, 0];
                var (dies, back) = (random.Next(Trades / 2), random.Next(Trades / 2, Trades));
                while (next[0] < Trades || next[1] < Trades)
                {
                    var one = next[0] == Trades ? 1 : next[1] == Trades ? 0 : random.Next(2);
                    var (from, until) = (next[one], Math.Min(Trades, next[one] + random.Next(1, 8)));
                    next[one] = until;
                    var isAway = one == 0 && from >= dies && from < back;
                    if (one == 0 && from >= back && first is null)
                    {
                        // The checkpoint is behind the log.
                        var start = log.Start(random.Next(5));
                        first = log.Connect(FeedPart.First, start);
                        await first.OpenHolesAsync([(Instrument, start)], default);
                    }

                    if (isAway) first = null;
                    var keeper = one == 0 ? first : second;
                    if (keeper is not null && random.Next(4) > 0) await keeper.AcceptAsync(Batch($"c{one}", all[from..until]), default);
                }

                // A start finds what nobody has asked for, and the backfill brings it.
                first = log.Connect(FeedPart.First);
                await first.OpenHolesAsync([(Instrument, log.Start())], default);
                await first.AcceptAsync(Batch("c3", [all[^1]]), default);
                foreach (var gap in first.Feeds.Single().Gaps) await first.AcceptAsync(Batch("", all.Where(trade => trade.TradeId >= gap.Bounds.FirstId && trade.TradeId <= gap.Bounds.LastId)), default);

                // What was before the first trade that anybody has seen is nobody's.
                var known = all.Where(trade => trade.TradeId >= log.Lowest).ToList();
                Assert.Equal(known.Select(trade => trade.TradeId), log.Taken.Order());
                Assert.Empty(log.Gaps);
                Assert.Equal(Candles(known), log.Candles());
            },
            iter: Samples);

    [Fact]
    public Task IdsRestart_BothSeeIt_TheEpochRisesOnce() =>
        Gen.Int.SampleAsync(
            async seed =>
            {
                var random = new Random(seed);
                var all = Enumerable.Range(0, Trades).Select(i => InstrumentTrades.Trade(i < Trades / 2 ? 50_000 + i : i - (Trades / 2) + 1) with { ExchangeTime = Timestamp.FromMilliseconds(i * 1000) }).ToList();
                var log = new Book();
                FeedKeeper[] pair = [log.Connect(FeedPart.First), log.Connect(FeedPart.Second)];
                int[] next = [0, 0];
                while (next[0] < Trades || next[1] < Trades)
                {
                    var one = next[0] == Trades ? 1 : next[1] == Trades ? 0 : random.Next(2);
                    var (from, until) = (next[one], Math.Min(Trades, next[one] + random.Next(1, 8)));
                    next[one] = until;
                    await pair[one].AcceptAsync(Batch($"c{one}", all[from..until]), default);
                }

                Assert.Equal(1, log.Epoch);
                Assert.Equal(all.Select(trade => trade.TradeId).Order(), log.Taken.Order());
                Assert.Equal(Candles(all), log.Candles());
            },
            iter: Samples);

    [Fact]
    public async Task Second_MissesTrades_HandsOverTradesAndWatermarksOnly()
    {
        var sink = new TestSink();
        var keeper = new FeedKeeper([(Instrument, null)], sink, FeedPart.Second);

        await keeper.AcceptAsync(Batch("c1", [InstrumentTrades.Trade(1), InstrumentTrades.Trade(5)]), TestContext.Current.CancellationToken);

        Assert.Equal([RecordKind.Trade, RecordKind.Trade, RecordKind.Watermark], sink.Records("BTC/USDT").Select(record => record.Kind));
    }

    [Fact]
    public async Task OpenHoles_BehindARestartOfIds_AsksForNoneOfTheOldOnes()
    {
        var seen = new TradeIdIntervals();
        for (var id = 1; id <= 300; id++) seen.Add(id, Timestamp.FromMilliseconds(100_000 + id));
        var start = new FeedStart(1, seen, [new FeedGap(Timestamp.FromMilliseconds(5), Timestamp.FromMilliseconds(6), 50_010, 50_020, IdEpoch: 0)]);
        var keeper = new FeedKeeper([(Instrument, start)], new TestSink(), FeedPart.First);

        await keeper.OpenHolesAsync([(Instrument, start)], TestContext.Current.CancellationToken);

        Assert.Equal(50_010, Assert.Single(keeper.Feeds.Single().Gaps).Bounds.FirstId);
    }

    [Fact]
    public async Task OpenHoles_AsksForWhatNobodyAskedFor_NotForWhatWasGivenUpOrIsOpen()
    {
        var seen = new TradeIdIntervals();
        foreach (var id in (long[])[1, 4, 7, 10]) seen.Add(id, Timestamp.FromMilliseconds(id));
        var start = new FeedStart(0, seen, [Gap(2, 3, GapReason.NotServed), Gap(5, 6, GapReason.None)]);
        var keeper = new FeedKeeper([(Instrument, start)], new TestSink(), FeedPart.First);

        await keeper.OpenHolesAsync([(Instrument, start)], TestContext.Current.CancellationToken);

        Assert.Equal([(5, 6), (8, 9)], keeper.Feeds.Single().Gaps.Select(gap => (gap.Bounds.FirstId, gap.Bounds.LastId)));

        static FeedGap Gap(long first, long last, GapReason reason) => new(Timestamp.FromMilliseconds(first - 1), Timestamp.FromMilliseconds(last + 1), first, last, Reason: reason);
    }

    private static FrameBatch Batch(string connection, IEnumerable<Trade> trades)
    {
        var records = trades.Select(trade => LogRecord.OfTrade(trade)).ToList();
        if (connection.Length > 0) records.Add(LogRecord.OfWatermark(records[^1].Trade.ExchangeTime));
        return InstrumentTrades.Batch(connection, Instrument, records);
    }

    private static IReadOnlyList<string> Candles(IEnumerable<Trade> trades)
    {
        var log = new Book();
        var epoch = 0;
        long last = 0;
        foreach (var trade in trades)
        {
            if (trade.TradeId < last) epoch++;
            last = trade.TradeId;
            log.Apply([LogRecord.OfTrade(trade with { IdEpoch = (ushort)epoch })]);
        }

        return log.Candles();
    }

    /// <summary>The log's reader: applies in order what either connector hands over.</summary>
    private sealed class Book : IConnectorSink
    {
        private readonly CandleBook _book = new(Instrument, Options);
        private readonly List<byte[]> _checkpoints = [];
        private long _offset;

        public List<long> Taken { get; } = [];

        public long Lowest => _book.Seen.Runs[0].First;

        public int Epoch => _book.IdEpoch;

        public IReadOnlyList<FeedGap> Gaps => _book.Gaps;

        /// <summary>What a checkpoint some batches ago says, or null where there was none.</summary>
        public FeedStart? Start(int behind = 0) => _checkpoints.Count > behind ? CheckpointOf(_checkpoints[^(behind + 1)]) : null;

        public FeedKeeper Connect(FeedPart part, FeedStart? start = null) => new([(Instrument, start ?? Start())], this, part);

        public ValueTask AcceptAsync(FrameBatch batch, CancellationToken cancellationToken)
        {
            Apply(batch.Records[0].Records);
            return ValueTask.CompletedTask;
        }

        public void Apply(IEnumerable<LogRecord> records)
        {
            var changes = new BookChanges();
            foreach (var record in records) _book.Apply(LogPosition.Create(1, _offset++), record, changes);
            _book.TakeChanges(changes);
            _checkpoints.Add(_book.Serialize());
            Taken.AddRange(changes.NewTrades.Select(trade => trade.Trade.TradeId));
        }

        private static FeedStart CheckpointOf(byte[] state)
        {
            var book = CandleBook.Deserialize(Instrument, state, Options);
            return new FeedStart(book.IdEpoch, book.Seen.Clone(), book.Gaps);
        }

        public IReadOnlyList<string> Candles() =>
            [.. _book.Candles().Select(candle => $"{candle.Timeframe} {candle.WindowStart} {candle.Open} {candle.High} {candle.Low} {candle.Close} {candle.Volume} {candle.QuoteVolume} {candle.TradeCount}")];
    }
}
