namespace K2.Cli.Bench.Cold;

/// <summary>The exporter is dead: no part of the platform catches this.</summary>
internal sealed class ExporterKilledException() : Exception("the exporter was killed");
