namespace K2.Streaming.Embedded;

/// <summary>An epoch that rose when a log was opened.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="From">The epoch before; 0 for a new topic.</param>
/// <param name="To">The epoch of all further appends.</param>
/// <param name="Reason">Why, for people.</param>
public sealed record EpochChange(string Topic, int From, int To, string Reason);
