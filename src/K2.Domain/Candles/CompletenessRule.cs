using K2.Domain.Trades;

namespace K2.Domain.Candles;

/// <summary>
/// Decides whether a window holds every trade, from the id runs and the open gaps alone: the order in which trades came changes nothing.
/// It takes for granted that an exchange's times rise with its ids, within the jitter that a run's bounds cover.
/// </summary>
internal static class CompletenessRule
{
    public static Completeness Of(Timestamp start, Timestamp end, SeenTrades seen, IReadOnlyList<FeedGap> gaps, Completeness before)
    {
        foreach (var gap in gaps)
        {
            if (gap.Overlaps(start, end)) return Completeness.No;
        }

        // A proof cannot be undone by more trades; the runs that it stood on may have been forgotten since.
        if (before == Completeness.Yes) return Completeness.Yes;

        TradeIdInterval previous = default;
        var (isFirst, hasHole) = (true, false);
        foreach (var (_, ids) in seen.Epochs)
        {
            // Between two id epochs nothing is proven, so the step from one to the next counts as a hole like any other.
            foreach (var run in ids.Span)
            {
                if (run.From < start && run.Until >= end) return Completeness.Yes;
                if (run.From >= start && (isFirst || previous.Until < end)) hasHole = true;
                (previous, isFirst) = (run, false);
            }
        }

        return hasHole ? Completeness.No : Completeness.Unknown;
    }
}
