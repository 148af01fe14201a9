namespace K2.Domain.Trades;

/// <summary>
/// Ids for trades of published files that carry none: made of time and place in the file, below zero, where no exchange has ids, and rising with time.
/// The same file gives the same ids. Nothing can be said of holes between them.
/// </summary>
public static class AnonymousTrades
{
    /// <summary>Trades of one microsecond that are told apart.</summary>
    public const int MaxPlaces = 1000;

    // Half of the way down leaves room for the times of 140 years on, and for differences of two ids.
    private const long Base = long.MinValue / 2;

    /// <summary>Returns the id of a trade.</summary>
    /// <param name="microseconds">Its time since the Unix epoch, not negative, before the year 2116.</param>
    /// <param name="place">Its place among the trades of that time, 0 to <see cref="MaxPlaces"/> − 1.</param>
    public static long IdOf(long microseconds, int place) => Base + (microseconds * MaxPlaces) + place;

    /// <summary>Whether an id was made here and is not the exchange's.</summary>
    public static bool Contains(long tradeId) => tradeId < 0;
}
