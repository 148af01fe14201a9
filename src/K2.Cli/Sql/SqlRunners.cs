using K2.Cli.Locating;
using K2.Cli.Reading;

namespace K2.Cli.Sql;

/// <summary>Opens what answers SQL for a target.</summary>
internal static class SqlRunners
{
    public static async Task<ISqlRunner> OpenAsync(Target target, CancellationToken cancellationToken)
    {
        if (target is Target.AtRest folder)
        {
            var engine = await FolderEngine.StartAsync(folder, cancellationToken);
            return new DriverSqlRunner(engine.Url, engine);
        }

        await using var client = await MarketReaders.ConnectAsync(target, cancellationToken);
        return Uri.TryCreate(client.Endpoints.ClickHouseUrl, UriKind.Absolute, out var url)
            ? new DriverSqlRunner(url, null)
            : throw CliException.Failed($"the server names '{client.Endpoints.ClickHouseUrl}' as its ClickHouse, which is no address: check /v1/cluster.");
    }
}
