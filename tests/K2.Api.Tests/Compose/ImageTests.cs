using System.Text.RegularExpressions;
using System.Xml.Linq;
using K2.TestKit;

namespace K2.Api.Tests.Compose;

/// <summary>The silo's image, as far as its recipe tells.</summary>
public sealed partial class ImageTests
{
    private static readonly string Recipe = RepositoryFiles.Text("silo/Dockerfile");

    [Fact]
    public void BaseImages_ArePinned_AndTheLastIsSmall()
    {
        var images = From().Matches(Recipe).Select(match => match.Groups[1].Value).ToList();

        Assert.Equal(2, images.Count);
        Assert.All(images, image => Assert.Matches(@":10\.0\.\d+-noble", image));
        Assert.EndsWith("-chiseled", images[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Restore_HasTheProjectFilesOfTheSiloAndNothingElse()
    {
        var before = Recipe[..Recipe.IndexOf("RUN dotnet restore", StringComparison.Ordinal)];
        var copied = Project().Matches(before).Select(match => match.Groups[1].Value).ToList();

        Assert.Equal(Closure("silo/K2.Silo.csproj").Order(StringComparer.Ordinal), copied.Order(StringComparer.Ordinal));
        Assert.Equal(copied.Count + 1, Copy().Count(before));
        Assert.Contains("COPY global.json Directory.Build.props Directory.Packages.props ./", before, StringComparison.Ordinal);
    }

    [Fact]
    public void Image_RunsAsAUserWithoutRights_WhoOwnsTheDataFolder()
    {
        var final = Recipe[Recipe.LastIndexOf("FROM ", StringComparison.Ordinal)..];

        Assert.Contains("\nUSER 1654:1654\n", final, StringComparison.Ordinal);
        Assert.Contains("--chown=1654:1654 /empty /data", final, StringComparison.Ordinal);
        Assert.Equal("1654:1654", ComposeYaml.Services["silo"]["user"]);
    }

    [Fact]
    public void Context_HasNoSecretsAndNoBuildResults()
    {
        var lines = RepositoryFiles.Text(".dockerignore").Split('\n');

        Assert.Contains("**", lines);
        foreach (var left in (string[])["**/bin", "**/obj", "**/.env", "**/data"]) Assert.True(Array.LastIndexOf(lines, left) > Array.LastIndexOf(lines, "!src"), $"{left} is not left out");
    }

    private static HashSet<string> Closure(string project)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<string>([project]);
        while (open.TryDequeue(out var next))
        {
            if (!found.Add(next)) continue;
            foreach (var reference in XDocument.Load(RepositoryFiles.Path(next)).Descendants("ProjectReference"))
                open.Enqueue(Path.GetRelativePath(RepositoryFiles.Root, Path.GetFullPath(Path.Combine(Path.GetDirectoryName(RepositoryFiles.Path(next))!, reference.Attribute("Include")!.Value))));
        }

        return found;
    }

    [GeneratedRegex(@"^FROM (?:--platform=\S+ )?(\S+)", RegexOptions.Multiline)]
    private static partial Regex From();

    [GeneratedRegex(@"^COPY (\S+\.csproj) ", RegexOptions.Multiline)]
    private static partial Regex Project();

    [GeneratedRegex("^COPY ", RegexOptions.Multiline)]
    private static partial Regex Copy();
}
