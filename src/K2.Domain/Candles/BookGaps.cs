using K2.Domain.Log;
using K2.Domain.Trades;

namespace K2.Domain.Candles;

/// <summary>The gaps of one instrument that are open or given up, in the order they were noticed. Not thread-safe.</summary>
internal sealed class BookGaps(List<FeedGap> gaps)
{
    public IReadOnlyList<FeedGap> All => gaps;

    public BookGaps Clone() => new([.. gaps]);

    /// <summary>Takes a gap that was noticed, unless what it misses is known already or has come since.</summary>
    public void Open(LogPosition position, FeedGap gap, SeenTrades seen, BookChanges changes)
    {
        // A connector that was restarted may report a gap again, or a wider one: what lies inside another is not one more.
        if (gaps.Exists(known => known.Holds(gap)) || IsFilled(gap, seen)) return;
        gaps.Add(gap);
        changes.Gaps.Add(new GapChange(gap, GapState.Open, position));
    }

    /// <summary>The gaps inside another one.</summary>
    public IEnumerable<FeedGap> HeldBy(FeedGap other) => gaps.Where(other.Holds);

    /// <summary>Closes every gap inside one that its connector calls filled.</summary>
    public void Close(LogPosition position, FeedGap closed, BookChanges changes)
    {
        for (var i = gaps.Count - 1; i >= 0; i--)
        {
            if (closed.Holds(gaps[i])) Fill(i, position, changes);
        }
    }

    /// <summary>Keeps every gap inside a lost one for good, with the reason.</summary>
    public void GiveUp(LogPosition position, FeedGap lost, BookChanges changes)
    {
        for (var i = 0; i < gaps.Count; i++)
        {
            if (!lost.Holds(gaps[i])) continue;
            gaps[i] = gaps[i] with { Reason = lost.Reason };
            changes.Gaps.Add(new GapChange(gaps[i], GapState.Unfillable, position));
        }
    }

    /// <summary>Closes every gap whose ids are all there, whether or not its connector lived long enough to say so.</summary>
    public void CloseFilled(LogPosition position, SeenTrades seen, BookChanges changes)
    {
        for (var i = gaps.Count - 1; i >= 0; i--)
        {
            if (IsFilled(gaps[i], seen)) Fill(i, position, changes);
        }
    }

    /// <summary>Forgets the oldest gaps beyond a number.</summary>
    public void Trim(int most)
    {
        if (gaps.Count > most) gaps.RemoveRange(0, gaps.Count - most);
    }

    private static bool IsFilled(FeedGap gap, SeenTrades seen) =>
        gap.HasIds && seen.TryFindAtOrBelow(gap.IdEpoch, gap.FirstId, out var run) && run.First <= gap.FirstId && run.Last >= gap.LastId && seen.Contains(gap.IdEpoch, gap.FirstId);

    private void Fill(int index, LogPosition position, BookChanges changes)
    {
        changes.Gaps.Add(new GapChange(gaps[index], GapState.Filled, position));
        gaps.RemoveAt(index);
    }
}
