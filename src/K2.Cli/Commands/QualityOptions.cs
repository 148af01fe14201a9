using System.CommandLine;

namespace K2.Cli.Commands;

/// <summary>The range of <c>k2 verify</c> without an exchange.</summary>
internal sealed class QualityOptions
{
    public Option<bool> All { get; } = new("--all") { Description = "check all data, not only the last 24 hours of it" };

    public Option<string?> Since { get; } = new("--since") { Description = "first moment; whole UTC days are checked", HelpName = "TIME" };

    public Option<string?> Until { get; } = new("--until") { Description = "end, exclusive", HelpName = "TIME" };
}
