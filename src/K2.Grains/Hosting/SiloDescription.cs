using System.Globalization;
using K2.Contracts.Hosting;

namespace K2.Grains.Hosting;

/// <summary>What a silo tells the others of itself when it joins: as Orleans' silo metadata, which each silo asks every other for and keeps in memory.</summary>
/// <param name="Version">Its build.</param>
/// <param name="Role">all or silo.</param>
/// <param name="Gateway">Where clients connect.</param>
/// <param name="Started">When it started.</param>
public sealed record SiloDescription(ProductVersion Version, string Role, string Gateway, DateTimeOffset Started)
{
    private const string VersionName = "k2.version";
    private const string CommitName = "k2.commit";
    private const string RoleName = "k2.role";
    private const string GatewayName = "k2.gateway";
    private const string StartedName = "k2.started";

    /// <summary>Returns the names and values that are told.</summary>
    public Dictionary<string, string> ToMetadata() => new(StringComparer.Ordinal)
    {
        [VersionName] = Version.Number,
        [CommitName] = Version.Commit,
        [RoleName] = Role,
        [GatewayName] = Gateway,
        [StartedName] = Started.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
    };

    /// <summary>Returns a silo with what it told; what it did not tell (also: not yet, or as an older version) is empty.</summary>
    internal static SiloMember Describe(string address, string status, IReadOnlyDictionary<string, string> told) => new()
    {
        Address = address,
        Status = status,
        Gateway = told.GetValueOrDefault(GatewayName, ""),
        Role = told.GetValueOrDefault(RoleName, ""),
        Version = told.GetValueOrDefault(VersionName, ""),
        Commit = told.GetValueOrDefault(CommitName, ""),
        Started = DateTime.TryParseExact(told.GetValueOrDefault(StartedName, ""), "O", CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var started) ? started : null,
    };
}
