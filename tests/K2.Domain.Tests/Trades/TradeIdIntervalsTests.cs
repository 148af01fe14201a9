using CsCheck;
using K2.Domain.Tests.Support;
using K2.Domain.Trades;

namespace K2.Domain.Tests.Trades;

public sealed class TradeIdIntervalsTests
{
    [Fact]
    public void Add_InOrder_IsOneRunWithItsTimes()
    {
        var ids = Of((1, 10), (2, 30), (3, 20));

        Assert.Equal([new TradeIdInterval(1, 3, Some.At(10), Some.At(30))], ids.Runs);
        Assert.Equal((1, 3), (ids.Count, ids.HighestId));
    }

    [Fact]
    public void Add_KnownId_AnswersFalseAndChangesNothing()
    {
        var ids = Of((1, 10), (2, 20), (3, 30));

        Assert.False(ids.Add(2, Some.At(999)));

        Assert.Equal([new TradeIdInterval(1, 3, Some.At(10), Some.At(30))], ids.Runs);
    }

    [Fact]
    public void Add_LastIdOfAHole_JoinsBothRuns()
    {
        var ids = Of((1, 10), (3, 30));
        Assert.Equal(2, ids.Count);

        Assert.True(ids.Add(2, Some.At(20)));

        Assert.Equal([new TradeIdInterval(1, 3, Some.At(10), Some.At(30))], ids.Runs);
    }

    [Fact]
    public void Add_BelowTheFirst_ExtendsItDown()
    {
        var ids = Of((5, 50));

        ids.Add(4, Some.At(40));

        Assert.Equal([new TradeIdInterval(4, 5, Some.At(40), Some.At(50))], ids.Runs);
    }

    [Fact]
    public void Add_ExtremeIds_DoNotOverflow()
    {
        var ids = Of((long.MinValue, 1), (long.MaxValue, 2), (0, 3));

        Assert.True(ids.Add(long.MaxValue - 1, Some.At(2)));
        Assert.True(ids.Add(long.MinValue + 1, Some.At(1)));
        Assert.False(ids.Add(long.MaxValue, Some.At(2)));

        Assert.Equal(3, ids.Count);
    }

    [Fact]
    public void HighestId_NothingSeen_Throws() => Assert.Throws<InvalidOperationException>(() => new TradeIdIntervals().HighestId);

    [Fact]
    public void ProveUntil_LastIdOfARun_ExtendsItsTimeNeverBack()
    {
        var ids = Of((1, 10), (2, 20), (5, 50));

        Assert.True(ids.ProveUntil(2, Some.At(35)));
        Assert.True(ids.ProveUntil(2, Some.At(30)));
        Assert.False(ids.ProveUntil(1, Some.At(40)));
        Assert.False(ids.ProveUntil(3, Some.At(40)));

        Assert.Equal(Some.At(35), ids.Runs[0].Until);
    }

    [Fact]
    public void Forget_TooManyRuns_RaisesTheFloor()
    {
        var ids = Of((1, 1), (3, 3), (5, 5));

        ids.Forget(2);

        Assert.Equal((2, 3L), (ids.Count, ids.Floor));
        Assert.False(ids.Contains(1));
        Assert.True(ids.Add(1, Some.At(1)));
        Assert.Equal(2, ids.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => ids.Forget(0));
    }

    [Fact]
    public void TryFind_AroundAHole_FindsItsEdges()
    {
        var ids = Of((1, 1), (2, 2), (7, 7));

        Assert.True(ids.TryFindAtOrBelow(5, out var below));
        Assert.True(ids.TryFindAbove(5, out var above));

        Assert.Equal((2, 7), (below.Last, above.First));
        Assert.False(ids.TryFindAtOrBelow(0, out _));
        Assert.False(ids.TryFindAbove(7, out _));
    }

    [Fact]
    public void Add_AnyIds_EqualsAPlainSet() =>
        Gen.Select(Gen.Long[0, 60], Gen.Int[0, 1000]).List[0, 120].Sample(
            adds =>
            {
                var ids = new TradeIdIntervals();
                var plain = new SortedDictionary<long, int>();
                foreach (var (id, second) in adds) Assert.Equal(plain.TryAdd(id, second), ids.Add(id, Some.At(second)));

                for (var id = -1; id <= 61; id++) Assert.Equal(plain.ContainsKey(id), ids.Contains(id));
                var expected = new List<TradeIdInterval>();
                foreach (var (id, second) in plain)
                {
                    var time = Some.At(second);
                    if (expected.Count > 0 && expected[^1].Last == id - 1)
                        expected[^1] = new TradeIdInterval(expected[^1].First, id, time < expected[^1].From ? time : expected[^1].From, time > expected[^1].Until ? time : expected[^1].Until);
                    else
                        expected.Add(new TradeIdInterval(id, id, time, time));
                }

                Assert.Equal(expected, ids.Runs);
                Assert.Equal(ids.Runs, ids.Clone().Runs);
            },
            iter: 1000);

    private static TradeIdIntervals Of(params (long Id, double Second)[] adds)
    {
        var ids = new TradeIdIntervals();
        foreach (var (id, second) in adds) Assert.True(ids.Add(id, Some.At(second)));
        return ids;
    }
}
