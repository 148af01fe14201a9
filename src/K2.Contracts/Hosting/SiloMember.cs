namespace K2.Contracts.Hosting;

/// <summary>A silo of the cluster, as another silo knows it.</summary>
[GenerateSerializer, Immutable, Alias("k2.SiloMember")]
public sealed record SiloMember
{
    /// <summary>The <see cref="Status"/> of a silo that works.</summary>
    public const string Active = "active";

    /// <summary>Its address for other silos, <c>address:port</c>.</summary>
    [Id(0)] public required string Address { get; init; }

    /// <summary><see cref="Active"/>, joining, shuttingdown, stopping: Orleans' words.</summary>
    [Id(1)] public required string Status { get; init; }

    /// <summary>Where clients connect, <c>address:port</c>; empty while the answering silo has not heard it.</summary>
    [Id(2)] public string Gateway { get; init; } = "";

    /// <summary>all or silo; empty while it is not known.</summary>
    [Id(3)] public string Role { get; init; } = "";

    /// <summary>Its version; empty while it is not known.</summary>
    [Id(4)] public string Version { get; init; } = "";

    /// <summary>The revision of the source it was built from; empty where that is not known.</summary>
    [Id(5)] public string Commit { get; init; } = "";

    /// <summary>When it started, UTC, or null while it is not known.</summary>
    [Id(6)] public DateTime? Started { get; init; }

    /// <summary>Returns the gateway of an active silo, or null if there is none.</summary>
    public static string? GatewayOf(IEnumerable<SiloMember> silos) => silos.FirstOrDefault(silo => silo is { Status: Active, Gateway.Length: > 0 })?.Gateway;
}
