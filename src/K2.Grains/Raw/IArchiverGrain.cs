namespace K2.Grains.Raw;

/// <summary>Moves one partition of a raw topic, or of the dead letters, from the log to the warehouse. The key is <c>topic/partition</c>.</summary>
[Alias("k2.IArchiverGrain")]
internal interface IArchiverGrain : IGrainWithStringKey
{
    /// <summary>Archives if that does not run already. Every silo calls it every few seconds.</summary>
    [Alias("Keep")]
    Task Keep();

    /// <summary>Archives what is in the log without gathering more of it first: called when the platform drains.</summary>
    [Alias("Hurry")]
    Task Hurry();
}
