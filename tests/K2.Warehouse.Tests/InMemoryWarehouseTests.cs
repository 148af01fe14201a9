using K2.Abstractions.Warehouse;
using K2.TestKit.Warehouse;

namespace K2.Warehouse.Tests;

public sealed class InMemoryWarehouseTests : WarehouseConformance
{
    private readonly InMemoryWarehouse _warehouse = new();

    protected override IWarehouseWriter Writer => _warehouse;

    protected override IWarehouseReader Reader => _warehouse;
}
