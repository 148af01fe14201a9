using K2.Domain.Log;

namespace K2.Domain.Candles;

/// <content>Which rows a book's changes make: the latest of each candle, and the history of closed ones.</content>
public sealed partial class CandleBook
{
    /// <summary>Writes the history of candles that late trades have changed, as of a position and the watermark that held there.</summary>
    private void RecordRevisions(LogPosition position, BookChanges changes)
    {
        if (!_hasUnrecorded) return;
        _hasUnrecorded = false;
        foreach (var series in _windows.Series)
        {
            foreach (var slot in series.Slots)
            {
                if (slot.IsUnrecorded) changes.Revisions.Add(Record(slot, position));
            }
        }
    }

    /// <summary>Closes the windows that the watermark has passed. Those before a closed one are closed, or were made by a late trade and are recorded.</summary>
    private void CloseWindows(BookChanges changes)
    {
        foreach (var series in _windows.Series)
        {
            var first = series.Slots.Count;
            while (first > 0 && !series.Slots[first - 1].Closed) first--;
            for (var i = first; i < series.Slots.Count && IsClosed(series.Slots[i]); i++)
            {
                series.Slots[i].JustClosed = true;
                changes.Revisions.Add(Record(series.Slots[i], Position));
            }
        }
    }

    private Candle Record(CandleSlot slot, LogPosition position)
    {
        slot.Closed = true;
        slot.Complete = CompletenessRule.Of(slot.Start, slot.End, _seen, _gaps.All, slot.Complete);
        slot.IsUnrecorded = false;
        slot.RecordedAt = position;
        return slot.ToCandle(Instrument.Id, position) with { KnownAt = Watermark };
    }

    private void Settle(CandleSlot slot, BookChanges changes)
    {
        var complete = CompletenessRule.Of(slot.Start, slot.End, _seen, _gaps.All, slot.Complete);
        var isRejudged = complete != slot.Complete;

        // Completeness can go there and back with gaps inside of one batch. A flush that was lost may have left the row of the way: so it is written again.
        if (slot.Closed && changes.Gaps.Exists(change => change.Gap.Overlaps(slot.Start, slot.End))) isRejudged = true;
        slot.Complete = complete;
        if (slot.Revised || slot.JustClosed || (slot.Closed && isRejudged) || Watermarks > slot.DirtySince)
        {
            var row = slot.ToCandle(Instrument.Id, Position);
            changes.Candles.Add(row);
            if (slot.Closed && isRejudged) Judge(slot, row with { KnownAt = Watermark }, changes);
            slot.Revised = slot.JustClosed = false;
            slot.DirtySince = CandleSlot.Clean;
        }
        else if (isRejudged && slot.DirtySince == CandleSlot.Clean)
        {
            slot.DirtySince = Watermarks;
        }

        slot.RecordedAt = LogPosition.None;
    }

    /// <summary>Adds the judgement to the history. Of one position there is one row: a gap filled at the end of the batch may change the one just made.</summary>
    private static void Judge(CandleSlot slot, Candle row, BookChanges changes)
    {
        var index = slot.RecordedAt == row.Position ? changes.Revisions.FindLastIndex(made => made.Timeframe == row.Timeframe && made.WindowStart == row.WindowStart) : -1;
        if (index >= 0) changes.Revisions[index] = row;
        else changes.Judgements.Add(row);
    }
}
