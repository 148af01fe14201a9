using K2.Abstractions.Warehouse;
using K2.TestKit.Warehouse;

namespace K2.Warehouse.Tests;

/// <summary>What users read, on a server that the environment names.</summary>
[Collection(ServerFixture.Collection)]
public sealed class ServerReadingTests(ServerFixture server) : ReadingConformance, IClassFixture<ServerFixture>
{
    protected override IWarehouseWriter Writer => server.Host.Writer;

    protected override IWarehouseReader Reader => server.Host.Reader;

    protected override IWarehouseSummaries Summaries => server.Host.Summaries;

    protected override int Histories => 10;
}
