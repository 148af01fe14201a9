using ClickHouse.Driver.ADO;
using K2.Cli.Locating;
using K2.Warehouse.Reading;

namespace K2.Cli.Reading;

/// <summary>Asks a target's ClickHouse why rows are as they are, and whether they agree.</summary>
internal sealed class LineageReader(WarehouseConnection connection, IAsyncDisposable? engine) : IAsyncDisposable
{
    private const string ConnectionStringVariable = "K2__ClickHouse__ConnectionString";

    public QualityReader Quality => connection.Quality;

    public StoryReader Story => connection.Story;

    public static async Task<LineageReader> OpenAsync(Target target, CancellationToken cancellationToken)
    {
        if (target is Target.AtRest folder)
        {
            var engine = await FolderEngine.StartAsync(folder, cancellationToken);
            return new LineageReader(Connect(engine.Url), engine);
        }

        await using var client = await MarketReaders.ConnectAsync(target, cancellationToken);
        return Uri.TryCreate(client.Endpoints.ClickHouseUrl, UriKind.Absolute, out var url)
            ? new LineageReader(Connect(url), null)
            : throw CliException.Failed($"the server names '{client.Endpoints.ClickHouseUrl}' as its ClickHouse, which is no address: check /v1/cluster.");
    }

    public async ValueTask DisposeAsync()
    {
        connection.Dispose();
        if (engine is not null) await engine.DisposeAsync();
    }

    /// <summary>The silo does not give its credentials away: they are taken from the environment if it names the same server.</summary>
    private static WarehouseConnection Connect(Uri url)
    {
        var text = Environment.GetEnvironmentVariable(ConnectionStringVariable);
        var known = string.IsNullOrEmpty(text) ? null : new ClickHouseClientSettings(text);
        return known is not null && known.Host == url.Host && known.Port == url.Port ? new WarehouseConnection(url, known.Username, known.Password) : new WarehouseConnection(url, null, null);
    }
}
