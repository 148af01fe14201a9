namespace K2.Cli.Bench.Cold;

/// <summary>A step of <see cref="ColdScript"/>.</summary>
/// <param name="Name">What it is there for.</param>
/// <param name="Maintains">Whether the tables are maintained; else they are exported.</param>
/// <param name="Pause">How long after the step before it comes, by the clock of snapshots and by the age of files.</param>
/// <param name="Data">How far the data go on before it.</param>
/// <param name="Trades">The trades that came, by instrument, in seconds since the first step's data began.</param>
internal sealed record ColdStep(string Name, bool Maintains, TimeSpan Pause, TimeSpan Data, IReadOnlyList<(string Exchange, string Symbol, int[] Seconds)> Trades);
