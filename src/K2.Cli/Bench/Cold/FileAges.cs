using System.Collections.Concurrent;

namespace K2.Cli.Bench.Cold;

/// <summary>The age of files by rounds, each of which counts as two hours.</summary>
internal sealed class FileAges
{
    private static readonly TimeSpan PerRound = TimeSpan.FromHours(2);
    private readonly ConcurrentDictionary<string, int> _rounds = new(StringComparer.Ordinal);

    /// <summary>The current round.</summary>
    public int Round { get; set; }

    /// <summary>A file that was found counts from now, if nothing is known about it.</summary>
    public void Met(string key) => _rounds.TryAdd(key, Round);

    public void Written(string key) => _rounds[key] = Round;

    // Somebody may list a file before its writer is told that it was written.
    public TimeSpan Of(string key) => _rounds.TryGetValue(key, out var round) ? (Round - round) * PerRound : TimeSpan.Zero;
}
