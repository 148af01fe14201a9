using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Log;
using K2.Domain.Trades;
using K2.Exchanges.Gaps;

namespace K2.Exchanges.Tests.Gaps;

public sealed class InstrumentFeedTests
{
    private readonly InstrumentFeed _feed = new(Some.Instrument("BTC"), null);
    private readonly List<OpenGap> _opened = [];

    [Fact]
    public void Take_ContiguousIds_AddsNothing() => Assert.Equal("1 2 3", Take("c1", (1, 10), (2, 11), (3, 12)));

    [Fact]
    public void Take_Jump_OpensAGapBeforeTheTradeBehindIt()
    {
        Assert.Equal("1 open(2-4) 5 6", Take("c1", (1, 10), (5, 14), (6, 15)));
        Assert.Equal((Time(10), Time(14)), (_opened[0].Bounds.From, _opened[0].Bounds.Until));
    }

    [Fact]
    public void Take_MissingTradesLater_CloseTheGapBehindTheLastOne()
    {
        Take("c1", (1, 10), (5, 14));

        Assert.Equal("3 2", Take("", (3, 12), (2, 11)));
        Assert.Equal("4 close(2-4)", Take("", (4, 13)));
        Assert.True(_opened[0].IsSettled);
        Assert.Empty(_feed.Gaps);
    }

    [Fact]
    public void Take_NeighboursThatChangedPlaces_OpenAndCloseInOneBatch()
    {
        Assert.Equal("1 open(2-2) 3 2 4 close(2-2)", Take("c1", (1, 10), (3, 12), (2, 11), (4, 13)));
    }

    [Theory]
    [InlineData("c1", GapCause.IdJump)]
    [InlineData("c2", GapCause.Reconnect)]
    public void Take_Jump_TellsItsCause(string connection, GapCause cause)
    {
        Take("c1", (1, 10), (2, 11));

        Take(connection, (9, 20));

        Assert.Equal(cause, _opened[0].Bounds.Cause);
    }

    [Fact]
    public void Take_FirstTradeAfterAStart_JumpsFromTheCheckpoint()
    {
        var seen = new TradeIdIntervals();
        seen.Add(7, Time(3));
        var feed = new InstrumentFeed(Some.Instrument("BTC"), new FeedStart(0, seen, []));

        var records = new List<LogRecord> { Trade(10, 9) };
        feed.Take("c1", records, _opened);

        Assert.Equal("open(8-9) 10", Text(records));
        Assert.Equal((GapCause.Restart, Time(3)), (_opened[0].Bounds.Cause, _opened[0].Bounds.From));
    }

    [Fact]
    public void Constructor_GapsOfTheCheckpoint_AreOpenUnlessGivenUp()
    {
        var open = new FeedGap(Time(1), Time(2), 3, 4);
        var lost = new FeedGap(Time(3), Time(4), 6, 7, Reason: GapReason.NotServed);

        var feed = new InstrumentFeed(Some.Instrument("BTC"), new FeedStart(0, new TradeIdIntervals(), [open, lost]));

        Assert.Equal([open], feed.Gaps.Select(gap => gap.Bounds));
    }

    [Fact]
    public void Take_SequenceJumped_IsTheCauseUntilTheNextTrade()
    {
        Take("c1", (1, 10));
        _feed.SequenceJumped();

        Take("c1", (3, 11), (5, 12));

        Assert.Equal([GapCause.SequenceJump, GapCause.IdJump], _opened.Select(gap => gap.Bounds.Cause));
    }

    [Fact]
    public void Take_RepeatedAndOldTrades_PassUnchanged() => Assert.Equal("5000 5001 5001 4500", Take("c1", (5000, 10), (5001, 11), (5001, 11), (4500, 9)));

    [Fact]
    public void Take_LowIdWithLaterTime_RaisesTheEpochAndAsksForItsBeginning()
    {
        Take("c1", (50_000, 10), (50_005, 12));

        Assert.Equal("given-up(50001-50004) restart open(1-2) 3/1 4/1".Split(' ').Order(), Take("c1", (3, 13), (4, 14)).Split(' ').Order());
        Assert.Equal(1, _feed.IdEpoch);
    }

    [Fact]
    public void Take_RestartWithinTheSameMoment_IsSeenByTheIds()
    {
        Take("c1", (50_000, 10), (50_001, 13));

        Assert.Equal("restart 1/1 2/1 50000", Take("c1", (1, 13), (2, 13), (50_000, 10)));
    }

    [Fact]
    public void Take_LateTradeOfTheEpochBefore_KeepsItsEpoch()
    {
        Take("c1", (50_000, 10));
        Take("c1", (1, 13));

        Assert.Equal("50000 2/1", Take("c1", (50_000, 10), (2, 14)));
    }

    [Fact]
    public void Take_BackfilledLowIdWithLaterTime_IsNoRestart() => Assert.Equal("3", (Take("c1", (50_000, 10)), Take("", (3, 13))).Item2);

    [Fact]
    public void GiveUp_OpenGap_SettlesItAndNamesItsIds()
    {
        Take("c1", (1, 10), (5, 14));

        var record = _feed.GiveUp(_opened[0], GapReason.NotServed);

        Assert.Equal((RecordKind.GapGivenUp, 2L, 4L, GapReason.NotServed), (record.Kind, record.FirstId, record.LastId, record.Reason));
        Assert.True(_opened[0].IsSettled);
    }

    [Fact]
    public void WasBusy_LiveTradeOnly_IsTrueOnce()
    {
        Take("", (1, 10));
        Assert.False(_feed.WasBusy());
        Take("c1", (2, 11));
        Assert.True(_feed.WasBusy());
        Assert.False(_feed.WasBusy());
    }

    [Fact]
    public void Take_ThousandsOfJumps_KeepsABoundedNumberOfGaps()
    {
        for (var id = 1L; id < 6000; id += 2) Take("c1", (id, id));

        Assert.Equal(1024, _feed.Gaps.Count);
        Assert.Equal(_opened.Count - 1024, _opened.Count(gap => gap.IsSettled));
    }

    private static Timestamp Time(long second) => new(second * Timestamp.MicrosecondsPerSecond);

    private static LogRecord Trade(long id, long second) => LogRecord.OfTrade(new Trade
    {
        TradeId = id,
        FirstTradeId = id,
        LastTradeId = id,
        Kind = TradeKind.Single,
        Price = new Price(1),
        Quantity = new Quantity(1),
        Side = TakerSide.Buy,
        Source = TradeSource.Live,
        ExchangeTime = Time(second),
        ReceivedTime = Time(second),
    });

    private static string Text(IEnumerable<LogRecord> records) => string.Join(' ', records.Select(record => record.Kind switch
    {
        RecordKind.Trade => record.Trade.TradeId + (record.Trade.IdEpoch == 0 ? "" : "/" + record.Trade.IdEpoch),
        RecordKind.GapOpened => $"open({record.FirstId}-{record.LastId})",
        RecordKind.GapClosed => $"close({record.FirstId}-{record.LastId})",
        RecordKind.GapGivenUp => $"given-up({record.FirstId}-{record.LastId})",
        RecordKind.TradeIdsRestarted => "restart",
        _ => "?",
    }));

    private string Take(string origin, params (long Id, long Second)[] trades)
    {
        var records = trades.Select(trade => Trade(trade.Id, trade.Second)).ToList();
        _feed.Take(origin, records, _opened);
        return Text(records);
    }
}
