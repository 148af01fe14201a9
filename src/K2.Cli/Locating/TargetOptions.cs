using System.CommandLine;

namespace K2.Cli.Locating;

/// <summary>The options that say which platform is meant; they may stand before or behind the command.</summary>
internal sealed class TargetOptions
{
    public Option<string?> Server { get; } = new("--server") { Description = $"address of a running silo (default {Client.K2Client.DefaultServer})", Recursive = true, HelpName = "URL" };

    public Option<string?> Data { get; } = new("--data") { Description = "data folder of a silo, running or not", Recursive = true, HelpName = "DIR" };

    public Option<string?> Instruments { get; } = new("--instruments") { Description = "instruments file of the data folder, if not the one that comes with k2", Recursive = true, HelpName = "FILE" };
}
