namespace K2.Cli.Compose;

/// <summary>What a compose file lets one service take.</summary>
/// <param name="Name">The service's name.</param>
/// <param name="Replicas">How many containers of it run.</param>
/// <param name="Cpus">The most processors of one container, or null for no limit.</param>
/// <param name="MemoryBytes">The most memory of one container, or null for no limit.</param>
/// <param name="Profiles">The profiles it belongs to; none means that it always runs.</param>
internal sealed record ComposeService(string Name, int Replicas, decimal? Cpus, long? MemoryBytes, IReadOnlyList<string> Profiles);
