using System.CommandLine;
using System.Text.Json;
using K2.Client;
using K2.Contracts.Hosting;

namespace K2.Cli.Locating;

/// <summary>Finds the platform that <c>--server</c> or <c>--data</c> names.</summary>
internal sealed class TargetLocator(IProcessTable processes)
{
    /// <summary>Process start times are kept in ticks of 10 ms and a silo notes its start a little later; a reused id is far later.</summary>
    private static readonly TimeSpan StartTolerance = TimeSpan.FromSeconds(2);

    public Target Locate(ParseResult result, TargetOptions options)
    {
        var server = result.GetValue(options.Server);
        var data = result.GetValue(options.Data);
        if (server is not null && data is not null) throw CliException.Usage("--server and --data both name a platform: give one of them.");
        if (data is null) return new Target.AtAddress(server ?? K2Client.DefaultServer);
        if (!Directory.Exists(data)) throw CliException.Usage($"the data folder '{data}' does not exist: check the path after --data.");

        var endpoints = ReadEndpoints(data);
        return endpoints is not null && Runs(endpoints) ? new Target.Running(endpoints) : new Target.AtRest(Path.GetFullPath(data), endpoints, result.GetValue(options.Instruments));
    }

    private bool Runs(SiloEndpoints endpoints) => processes.StartOf(endpoints.ProcessId) is { } started && started <= endpoints.Started + StartTolerance;

    private static SiloEndpoints? ReadEndpoints(string folder)
    {
        var file = Path.Combine(folder, SiloEndpoints.FileName);
        try
        {
            return SiloEndpoints.FromJson(File.ReadAllText(file));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (JsonException)
        {
            throw CliException.Usage($"{file} is damaged: delete it if no silo runs on this folder.");
        }
    }
}
