namespace K2.Contracts.Cold;

/// <summary>Work that is asked for.</summary>
[GenerateSerializer, Immutable, Alias("k2.ColdJob")]
public sealed record ColdJob
{
    /// <summary>What to do.</summary>
    [Id(0)] public required ColdWork Work { get; init; }

    /// <summary>The first day of an audit (null: all that the warehouse holds) or of a restore.</summary>
    [Id(1)] public DateOnly? From { get; init; }

    /// <summary>The end of a restore's days, exclusive.</summary>
    [Id(2)] public DateOnly? Until { get; init; }

    /// <summary>Tells this request from others for the same work.</summary>
    [Id(3)] public Guid JobId { get; init; } = Guid.NewGuid();
}
