namespace K2.Abstractions.Retention;

/// <summary>How long the warehouse keeps what the cold tier holds too, by the data's clock. Whole partitions go, so some rows stay up to a day (candles: a month) longer.</summary>
public sealed record RetentionOptions
{
    /// <summary>Configuration section.</summary>
    public const string SectionName = "K2:Retention";

    /// <summary>The shortest of all: a late trade must still find its frames and a rebuild its day.</summary>
    public static readonly TimeSpan Least = TimeSpan.FromHours(1);

    // The horizon of late trades: their candles are rebuilt by whole days.
    private static readonly TimeSpan LeastSilver = TimeSpan.FromDays(1);

    private static readonly TimeSpan Most = TimeSpan.FromDays(36_500);

    /// <summary>Raw frames. Default 48 h, 1 h to 100 years.</summary>
    public TimeSpan Raw { get; init; } = TimeSpan.FromHours(48);

    /// <summary>Trades. Default 30 d, at least a day and as long as raw frames. Late trades revise candles within it; older ones wait in the dead letters.</summary>
    public TimeSpan Silver { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Candles and their history. Default 730 d, at least as long as trades.</summary>
    public TimeSpan Candles { get; init; } = TimeSpan.FromDays(730);

    /// <summary>Days that were restored from the cold tier, from then on. Default 7 d, at least an hour.</summary>
    public TimeSpan Restored { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Returns the options if they can be kept.</summary>
    /// <exception cref="StartupException">A time is out of range or shorter than that of the layer below.</exception>
    public RetentionOptions Checked()
    {
        foreach (var (name, time) in new[] { (nameof(Raw), Raw), (nameof(Silver), Silver), (nameof(Candles), Candles), (nameof(Restored), Restored) })
        {
            if (time < Least || time > Most) throw new StartupException($"{SectionName}:{name} {time} is out of range: write 01:00:00 (an hour) to 36500.00:00:00 (a hundred years).");
        }

        if (Silver < LeastSilver) throw new StartupException($"{SectionName}:{nameof(Silver)} {Silver} is out of range: write 1.00:00:00 (a day) or more.");
        if (Silver < Raw) throw new StartupException($"{SectionName}:{nameof(Silver)} {Silver} is shorter than {nameof(Raw)} {Raw}: a layer is kept at least as long as the one below.");
        return Candles < Silver ? throw new StartupException($"{SectionName}:{nameof(Candles)} {Candles} is shorter than {nameof(Silver)} {Silver}: a layer is kept at least as long as the one below.") : this;
    }

    /// <summary>Returns how long a table's rows are kept.</summary>
    public TimeSpan Of(RetainedTable table) => table switch
    {
        RetainedTable.Raw => Raw,
        RetainedTable.Silver => Silver,
        _ => Candles,
    };
}
