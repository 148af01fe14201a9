using ClickHouse.Driver;
using ClickHouse.Driver.ADO;
using K2.Abstractions.Diagnostics;
using K2.TestKit.Warehouse;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Warehouse.Tests;

/// <summary>
/// A ClickHouse server that the environment names. The schema's names begin with <c>k2.</c>, so tests cannot have databases of their own: the fixture
/// begins with an empty database <c>k2</c>, drops only one that an earlier run marked as its own, and refuses any other. Each test has an instrument of its own.
/// </summary>
public sealed class ServerFixture : IAsyncLifetime
{
    /// <summary>Names the server by a connection string of the driver, for example <c>Host=127.0.0.1;Port=8123</c>.</summary>
    public const string Variable = "K2_CLICKHOUSE";

    /// <summary>Classes of this collection take turns: each begins with an empty database.</summary>
    public const string Collection = "server";

    private const string Mark = "CREATE TABLE k2.made_by_tests (nothing UInt8) ENGINE = MergeTree ORDER BY nothing";
    private WarehouseHost? _host;

    /// <summary>The warehouse; the test is skipped where no server is named.</summary>
    public WarehouseHost Host
    {
        get
        {
            Assert.SkipWhen(_host is null, $"no ClickHouse server: set {Variable} to a connection string");
            return _host!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } server) return;
        using (var client = new ClickHouseClient(new ClickHouseClientSettings(server)))
        {
            if (await HasAsync(client, "SELECT count() FROM system.databases WHERE name = 'k2'"))
            {
                if (!await HasAsync(client, "SELECT count() FROM system.tables WHERE database = 'k2' AND name = 'made_by_tests'")) throw new InvalidOperationException($"the server of {Variable} has a database k2 that no test made: it is left alone");
                await client.ExecuteNonQueryAsync("DROP DATABASE k2 SYNC", null, null, CancellationToken.None);
            }

            await client.ExecuteNonQueryAsync("CREATE DATABASE k2", null, null, CancellationToken.None);
            await client.ExecuteNonQueryAsync(Mark, null, null, CancellationToken.None);
        }

        var options = new WarehouseOptions { ConnectionString = server, Linger = TimeSpan.FromMilliseconds(5) };
        _host = await WarehouseHost.StartAsync(options, WarehouseSamples.Instruments, new PipelineCounters(), NoProtocolProbe.Instance, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null) await _host.DisposeAsync();
    }

    private static async Task<bool> HasAsync(ClickHouseClient client, string count) =>
        Convert.ToInt64(await client.ExecuteScalarAsync(count, null, null, CancellationToken.None), System.Globalization.CultureInfo.InvariantCulture) > 0;
}
