namespace K2.Cli.Bench.Cold;

/// <summary>What a step did with a table.</summary>
internal readonly record struct ColdStepOutcome(long Rows, int Compacted, int Expired, int Deleted);
