namespace K2.Contracts.Connectors;

/// <summary>How far a request for past trades is.</summary>
[GenerateSerializer, Immutable, Alias("k2.BackfillProgress")]
public sealed record BackfillProgress
{
    /// <summary>First trade id that was asked for.</summary>
    [Id(0)] public required long FirstId { get; init; }

    /// <summary>Last one; below <see cref="FirstId"/> if nothing lies before what was known.</summary>
    [Id(1)] public required long LastId { get; init; }

    /// <summary>How many of these ids are there by now.</summary>
    [Id(2)] public required long Known { get; init; }

    /// <summary>Whether more are being fetched; if not, what is missing is not served by the exchange.</summary>
    [Id(3)] public required bool IsOpen { get; init; }

    /// <summary>Why the last REST request failed, or empty if it did not.</summary>
    [Id(4)] public required string LastError { get; init; }

    /// <summary>How many ids were asked for.</summary>
    public long Wanted => Math.Max(0, LastId - FirstId + 1);
}
