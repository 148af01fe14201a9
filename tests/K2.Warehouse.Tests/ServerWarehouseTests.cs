using K2.Abstractions.Warehouse;
using K2.TestKit.Warehouse;

namespace K2.Warehouse.Tests;

/// <summary>The same suite against a ClickHouse server.</summary>
[Collection(ServerFixture.Collection)]
public sealed class ServerWarehouseTests(ServerFixture server) : WarehouseConformance, IClassFixture<ServerFixture>
{
    protected override IWarehouseWriter Writer => server.Host.Writer;

    protected override IWarehouseReader Reader => server.Host.Reader;
}
