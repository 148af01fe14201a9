namespace K2.Api.Tests.Client;

public sealed class ReadmeExampleTests
{
    [Theory]
    [InlineData("src/K2.Client/README.md")]
    [InlineData("README.md")]
    public void Readme_Example_IsTheCompiledOne(string readme)
    {
        var root = FindRoot();
        Assert.SkipWhen(root is null, "the tests do not run below the repository");
        var file = Path.Combine(root!, readme);
        Assert.SkipUnless(File.Exists(file), $"{readme} does not exist");

        var compiled = Between(File.ReadAllLines(Path.Combine(root!, "tests/K2.Api.Tests/Client/ReadmeExample.cs")), "// <readme>", "// </readme>");
        var shown = Between(File.ReadAllLines(file), "```csharp", "```");

        Assert.Equal(5, compiled.Count);
        Assert.Equal(compiled, shown);
    }

    private static List<string> Between(string[] lines, string begin, string end) =>
        lines.Select(line => line.Trim()).SkipWhile(line => line != begin).Skip(1).TakeWhile(line => line != end).ToList();

    private static string? FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "K2.Orleans.sln"))) return folder.FullName;
        }

        return null;
    }
}
