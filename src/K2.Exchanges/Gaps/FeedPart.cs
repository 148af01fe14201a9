namespace K2.Exchanges.Gaps;

/// <summary>Which of an exchange's connectors one is. A pair takes the same trades twice over, in two silos; who reads the log knows them by their ids.</summary>
public enum FeedPart
{
    /// <summary>The only one.</summary>
    Only,

    /// <summary>Of a pair the one that follows gaps, fills them, and takes past trades.</summary>
    First,

    /// <summary>Of a pair the one that only hands over what it receives. What it misses is seen by the first one, or by the next first one when that begins.</summary>
    Second,
}
