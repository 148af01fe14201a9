using K2.Domain.Log;

namespace K2.Domain.Candles;

/// <summary>A recorded gap [From, Until) of an instrument's feed.</summary>
/// <param name="From">Exchange time of the last trade before it.</param>
/// <param name="Until">Exchange time of the first trade behind it.</param>
/// <param name="FirstId">First missing trade id, or −1 where ids are unknown.</param>
/// <param name="LastId">Last missing trade id, or −1 where ids are unknown.</param>
/// <param name="IdEpoch">Id epoch of the missing ids.</param>
/// <param name="Cause">How it was noticed.</param>
/// <param name="Reason">Why it is given up, or <see cref="GapReason.None"/> while it may still be filled.</param>
public sealed record FeedGap(Timestamp From, Timestamp Until, long FirstId = -1, long LastId = -1, ushort IdEpoch = 0, GapCause Cause = GapCause.Unknown, GapReason Reason = GapReason.None)
{
    /// <summary>Whether it is known which ids are missing.</summary>
    public bool HasIds => FirstId >= 0;

    internal static FeedGap Of(in LogRecord record) => new(record.Time, record.Until, record.FirstId, record.LastId, record.IdEpoch, record.Cause, record.Reason);

    /// <summary>Whether this gap and the window [start, end) share a moment.</summary>
    public bool Overlaps(Timestamp start, Timestamp end) => From < end && Until > start;

    /// <summary>Whether this gap holds another one: by ids where both have them, else by time.</summary>
    internal bool Holds(FeedGap other) => HasIds && other.HasIds
        ? IdEpoch == other.IdEpoch && FirstId <= other.FirstId && LastId >= other.LastId
        : From <= other.From && Until >= other.Until;
}
