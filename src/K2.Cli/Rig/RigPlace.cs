namespace K2.Cli.Rig;

/// <summary>Where one silo of a rig runs.</summary>
internal sealed record RigPlace
{
    /// <summary>A command that becomes the silo, such as <c>ip netns exec NAME</c>.</summary>
    public IReadOnlyList<string> Launcher { get; init; } = [];

    /// <summary>Variables for this silo alone.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The address under which the others reach it.</summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>Its data folder, or null for one in the rig's folder.</summary>
    public string? Data { get; init; }
}
