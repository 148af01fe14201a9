using System.Collections.Immutable;

namespace K2.Contracts.Lineage;

/// <summary>How far a rebuild is, and what it found so far.</summary>
[GenerateSerializer, Immutable, Alias("k2.RebuildProgress")]
public sealed record RebuildProgress
{
    /// <summary>What was asked for.</summary>
    [Id(0)] public required RebuildRequest Request { get; init; }

    /// <summary>Everything before this moment is done.</summary>
    [Id(1)] public required DateTime Reached { get; init; }

    /// <summary>Whether it has ended, well or not.</summary>
    [Id(2)] public bool Ended { get; init; }

    /// <summary>Why it could not be finished, or empty.</summary>
    [Id(3)] public string Problem { get; init; } = "";

    /// <summary>Trades that raw frames hold.</summary>
    [Id(4)] public long InRaw { get; init; }

    /// <summary>Trades that were missing and are stored again.</summary>
    [Id(5)] public long Restored { get; init; }

    /// <summary>Trades whose stored price, quantity, side or time is not what the raw frame says; they stay as they are.</summary>
    [Id(6)] public long Different { get; init; }

    /// <summary>Stored trades that no raw record holds.</summary>
    [Id(7)] public long WithoutRaw { get; init; }

    /// <summary>Trade ids between known ones that neither raw frames nor the warehouse hold.</summary>
    [Id(8)] public long MissingIds { get; init; }

    /// <summary>Candles that were written because they were lost or differed.</summary>
    [Id(9)] public long CandlesWritten { get; init; }

    /// <summary>Candles that were removed because their window holds no trade.</summary>
    [Id(10)] public long CandlesRemoved { get; init; }

    /// <summary>The first places where something could not be derived, for people.</summary>
    [Id(11)] public ImmutableArray<string> Rest { get; init; } = [];

    /// <summary>Refused trades that are taken care of: stored now, or stored already.</summary>
    [Id(12)] public long Settled { get; init; }

    /// <summary>Whether everything could be derived.</summary>
    public bool IsWhole => Ended && Problem.Length == 0 && Different + WithoutRaw + MissingIds == 0 && Rest.IsEmpty;
}
