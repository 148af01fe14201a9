using K2.Domain.Candles;
using K2.Domain.Log;
using K2.Domain.Tests.Support;

namespace K2.Domain.Tests.Candles;

public sealed class CandleBookGapTests
{
    private long _offset;

    [Fact]
    public void Apply_GapWithIds_IsFilledByTheLastMissingTradeWithoutAnyRecord()
    {
        var book = new CandleBook(Some.Instrument, Some.KeepAll);

        Assert.Equal([GapState.Open], States(Batch(book, Some.Trade(1, 1), Gap(2, 3, 1, 9), Some.Trade(4, 9))));
        Assert.Empty(States(Batch(book, Some.Trade(2, 3))));
        Assert.Equal([GapState.Filled], States(Batch(book, Some.Trade(3, 4))));
        Assert.Empty(book.Gaps);
    }

    [Fact]
    public void Apply_GapOpenedAndFilledInOneBatch_BothStatesInOrder()
    {
        var book = new CandleBook(Some.Instrument, Some.KeepAll);

        Assert.Equal([GapState.Open, GapState.Filled], States(Batch(book, Some.Trade(1, 1), Gap(2, 2, 1, 9), Some.Trade(3, 9), Some.Trade(2, 5))));
    }

    [Fact]
    public void Apply_WiderClosing_ClosesTheGapsWithin()
    {
        var book = new CandleBook(Some.Instrument, Some.KeepAll);
        Batch(book, Gap(2, 3, 1, 9), Gap(6, 7, 10, 12), Gap(20, 21, 30, 40));

        Assert.Equal([GapState.Filled, GapState.Filled], States(Batch(book, LogRecord.OfGapClosed(Some.At(0), Some.At(20), 1, 10))));
        Assert.Equal([20], book.Gaps.Select(gap => gap.FirstId));
    }

    [Fact]
    public void Apply_GapWithinAnOpenOne_IsNotOneMore()
    {
        var book = new CandleBook(Some.Instrument, Some.KeepAll);

        Assert.Equal([GapState.Open], States(Batch(book, Gap(2, 9, 1, 9), Gap(3, 5, 2, 4))));
    }

    [Fact]
    public void Apply_GapOfKnownIds_IsNone()
    {
        var book = new CandleBook(Some.Instrument, Some.KeepAll);

        Assert.Empty(States(Batch(book, Some.Trade(1, 1), Some.Trade(2, 2), Gap(1, 2, 1, 2))));
    }

    [Fact]
    public void Apply_GivenUp_StaysWithItsReasonAndIsStillFilledLater()
    {
        var book = new CandleBook(Some.Instrument, Some.KeepAll);
        Batch(book, Some.Trade(1, 1), Gap(2, 2, 1, 9), Some.Trade(3, 9));

        var lost = Batch(book, LogRecord.OfGapGivenUp(Some.At(1), Some.At(9), 2, 2, 0, GapCause.IdJump, GapReason.NotServed));
        var found = Batch(book, Some.Trade(2, 5));

        Assert.Equal((GapState.Unfillable, GapReason.NotServed), (lost.Gaps[0].State, lost.Gaps[0].Gap.Reason));
        Assert.Equal([GapState.Filled], States(found));
    }

    [Fact]
    public void Deserialize_GapsWithIds_AreThere()
    {
        var book = new CandleBook(Some.Instrument, Some.KeepAll);
        Batch(book, Gap(2, 3, 1, 9), LogRecord.OfGapGivenUp(Some.At(1), Some.At(9), 2, 3, 0, GapCause.IdJump, GapReason.TooLarge));

        var read = CandleBook.Deserialize(Some.Instrument, book.Serialize(), Some.KeepAll);

        Assert.Equal(book.Gaps, read.Gaps);
        Assert.Equal(GapReason.TooLarge, read.Gaps[0].Reason);
    }

    private static LogRecord Gap(long first, long last, double from, double until) => LogRecord.OfGapOpened(Some.At(from), Some.At(until), first, last, 0, GapCause.IdJump);

    private static IEnumerable<GapState> States(BookChanges changes) => changes.Gaps.Select(gap => gap.State);

    private BookChanges Batch(CandleBook book, params LogRecord[] records)
    {
        var changes = new BookChanges();
        foreach (var record in records) book.Apply(LogPosition.Create(1, ++_offset), record, changes);
        book.TakeChanges(changes);
        return changes;
    }
}
