using K2.Contracts.Hosting;

namespace K2.Cli.Locating;

/// <summary>The platform that a command is meant for: a server, or the folder of a silo that does not run.</summary>
internal abstract record Target
{
    private Target()
    {
    }

    /// <summary>A server at an address.</summary>
    public sealed record AtAddress(string Url) : Target;

    /// <summary>The running silo of a folder.</summary>
    public sealed record Running(SiloEndpoints Endpoints) : Target;

    /// <summary>A data folder whose silo does not run.</summary>
    /// <param name="Path">The folder.</param>
    /// <param name="Left">What a silo that ended without saying goodbye has left behind, or null.</param>
    /// <param name="InstrumentsFile">The instruments file, or null for the one that comes with the tool.</param>
    public sealed record AtRest(string Path, SiloEndpoints? Left, string? InstrumentsFile) : Target;
}
