namespace K2.Domain.Candles;

/// <summary>A recorded gap [From, Until) of the feed that is still open.</summary>
internal readonly record struct FeedGap(Timestamp From, Timestamp Until)
{
    public bool Overlaps(Timestamp start, Timestamp end) => From < end && Until > start;
}
