using K2.Abstractions.Warehouse;
using K2.TestKit.Warehouse;

namespace K2.Warehouse.Tests;

public sealed class EmbeddedWarehouseTests(EngineFixture engine) : WarehouseConformance, IClassFixture<EngineFixture>
{
    protected override IWarehouseWriter Writer => engine.Host.Writer;

    protected override IWarehouseReader Reader => engine.Host.Reader;
}
