using K2.Cli.Locating;
using K2.Client;

namespace K2.Cli.Reading;

/// <summary>Opens what a target can be read by.</summary>
internal static class MarketReaders
{
    private static readonly K2ClientOptions Options = new() { ConnectGatewayOnFirstUse = true };

    public static async Task<IMarketReader> OpenAsync(Target target, CancellationToken cancellationToken) =>
        target is Target.AtRest folder ? await FolderReader.OpenAsync(folder, cancellationToken) : new ServerReader(await ConnectAsync(target, cancellationToken));

    /// <summary>Connects to a running server.</summary>
    /// <exception cref="CliException">The target is a folder whose silo does not run.</exception>
    public static Task<K2Client> ConnectAsync(Target target, CancellationToken cancellationToken) => target switch
    {
        Target.AtAddress server => K2Client.ConnectAsync(server.Url, Options, cancellationToken),
        Target.Running silo => K2Client.ConnectAsync(silo.Endpoints, Options, cancellationToken),
        Target.AtRest { Left: { } left } folder => throw CliException.Failed($"no silo runs on {folder.Path} (process {left.ProcessId}, which its {Contracts.Hosting.SiloEndpoints.FileName} names, has ended): start it or give --server."),
        Target.AtRest folder => throw CliException.Failed($"no silo runs on {folder.Path}: start it or give --server."),
        _ => throw new ArgumentOutOfRangeException(nameof(target), target, "no such target"),
    };
}
