namespace K2.Grains.Cold;

/// <summary>When cold tables are worked on.</summary>
public sealed record ColdSchedule
{
    /// <summary>Between exports, aligned to the clock. Default 15 min; Orleans reminds no more often than every minute.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>The time of the day (UTC, of the data) from which maintenance is due. Default 02:00.</summary>
    public TimeSpan MaintenanceAt { get; init; } = TimeSpan.FromHours(2);

    /// <summary>How many days, with the current one, the daily audit compares row by row. Default 2.</summary>
    public int AuditedDays { get; init; } = 2;

    /// <summary>Whether the data's clock runs faster than the wall's, as in a replay: then the newest trade says whether a window has ended.</summary>
    public bool FollowsData { get; init; }
}
