using System.Text.RegularExpressions;
using System.Xml.Linq;
using K2.TestKit;

namespace K2.EndToEnd.Tests;

/// <summary>The shape that the documentation promises: which project may reference which, and where a trade passes.</summary>
public sealed partial class StructureTests
{
    private static readonly Dictionary<string, string[]> Arrows = new(StringComparer.Ordinal)
    {
        ["K2.Domain"] = [],
        ["K2.Contracts"] = ["K2.Domain"],
        ["K2.Abstractions"] = ["K2.Domain"],
        ["K2.Client"] = ["K2.Contracts"],
        ["K2.Exchanges"] = ["K2.Domain"],
        ["K2.Simulator"] = ["K2.Domain"],
        ["K2.Streaming"] = ["K2.Abstractions"],
        ["K2.Engine"] = [],
        ["K2.Warehouse"] = ["K2.Abstractions", "K2.Engine"],
        ["K2.ColdTier"] = ["K2.Abstractions"],
        ["K2.Grains"] = ["K2.Abstractions", "K2.Contracts", "K2.Exchanges"],
        ["K2.Api"] = ["K2.Abstractions", "K2.Contracts"],
        ["K2.Cli"] = ["K2.Abstractions", "K2.Client", "K2.ColdTier", "K2.Contracts", "K2.Exchanges", "K2.Simulator", "K2.Streaming", "K2.Warehouse"],
        ["K2.Silo"] = ["K2.Api", "K2.ColdTier", "K2.Grains", "K2.Simulator", "K2.Streaming", "K2.Warehouse"],
    };

    [Fact]
    public void Projects_ReferenceOnlyWhatTheArchitectureAllows()
    {
        var projects = Directory.GetFiles(RepositoryFiles.Path("src"), "*.csproj", SearchOption.AllDirectories).Append(RepositoryFiles.Path("silo/K2.Silo.csproj")).ToList();

        var found = projects.ToDictionary(
            path => Path.GetFileNameWithoutExtension(path),
            path => XDocument.Load(path).Descendants("ProjectReference").Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/'))).Order(StringComparer.Ordinal).ToArray());

        Assert.Equal(Arrows.Keys.Order(StringComparer.Ordinal), found.Keys.Order(StringComparer.Ordinal));
        foreach (var (project, references) in found) Assert.Equal(Arrows[project], references);
    }

    [Fact]
    public void Readme_FollowOneTrade_NamesAboutNineFilesThatExist()
    {
        var readme = RepositoryFiles.Text("README.md");
        var section = readme[readme.IndexOf("## Follow one trade", StringComparison.Ordinal)..];

        var files = NumberedFile().Matches(section).Select(match => match.Groups[1].Value).ToList();

        Assert.InRange(files.Count, 7, 11);
        foreach (var file in files) Assert.True(File.Exists(RepositoryFiles.Path(file)), $"{file} does not exist");
    }

    [Fact]
    public void Repository_HoldsNoAddressOfAPackageRegistry()
    {
        string[] patterns = ["packages.lock.json", "package-lock.json", "nuget.config", "NuGet.Config", ".npmrc"];

        var found = patterns.SelectMany(pattern => Directory.GetFiles(RepositoryFiles.Root, pattern, SearchOption.AllDirectories)).Where(path => !path.Contains("/bin/", StringComparison.Ordinal) && !path.Contains("/obj/", StringComparison.Ordinal));

        Assert.Empty(found);
    }

    [GeneratedRegex(@"^\d+\. `([^`]+)`", RegexOptions.Multiline)]
    private static partial Regex NumberedFile();
}
