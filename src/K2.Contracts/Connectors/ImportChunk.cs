
namespace K2.Contracts.Connectors;

/// <summary>Lines of a published trade file on their way into the platform.</summary>
[GenerateSerializer, Immutable, Alias("k2.ImportChunk")]
public sealed record ImportChunk
{
    /// <summary>Canonical symbol.</summary>
    [Id(0)] public required string Symbol { get; init; }

    /// <summary>The file's name, and what tells it from others of that name.</summary>
    [Id(1)] public required string Origin { get; init; }

    /// <summary>The value of <c>TradeFileFormat</c>.</summary>
    [Id(2)] public required int Format { get; init; }

    /// <summary>Number of the first line within the file, from 1.</summary>
    [Id(3)] public required long FirstLine { get; init; }

    /// <summary>Whole lines, at most one MiB; may be empty with <see cref="IsLast"/>.</summary>
    [Id(4)] public required byte[] Lines { get; init; }

    /// <summary>Whether the file ends here: ids that are missing between the known ones are then recorded.</summary>
    [Id(5)] public bool IsLast { get; init; }
}

/// <summary>What became of them.</summary>
[GenerateSerializer, Immutable, Alias("k2.ImportOutcome")]
public sealed record ImportOutcome
{
    /// <summary>Trades that were passed on.</summary>
    [Id(0)] public required long Taken { get; init; }

    /// <summary>Trades that were there already.</summary>
    [Id(1)] public required long Known { get; init; }

    /// <summary>Trades without ids from times of which the exchange's own trades are there.</summary>
    [Id(2)] public required long Overlapping { get; init; }

    /// <summary>Lines that went to the dead letters.</summary>
    [Id(3)] public required long Bad { get; init; }

    /// <summary>Behind the last chunk: ids between the known ones that nobody has asked for.</summary>
    [Id(4)] public long Missing { get; init; }
}
