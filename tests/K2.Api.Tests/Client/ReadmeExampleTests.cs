using K2.TestKit;

namespace K2.Api.Tests.Client;

public sealed class ReadmeExampleTests
{
    [Theory]
    [InlineData("src/K2.Client/README.md")]
    [InlineData("README.md")]
    public void Readme_Example_IsTheCompiledOne(string readme)
    {
        var compiled = Between(RepositoryFiles.Text("tests/K2.Api.Tests/Client/ReadmeExample.cs"), "// <readme>", "// </readme>");
        var shown = Between(RepositoryFiles.Text(readme), "```csharp", "```");

        Assert.Equal(5, compiled.Count);
        Assert.Equal(compiled, shown);
    }

    private static List<string> Between(string text, string begin, string end) =>
        text.Split('\n').Select(line => line.Trim()).SkipWhile(line => line != begin).Skip(1).TakeWhile(line => line != end).ToList();
}
