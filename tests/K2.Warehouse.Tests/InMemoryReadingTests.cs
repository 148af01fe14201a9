using K2.Abstractions.Warehouse;
using K2.TestKit.Warehouse;

namespace K2.Warehouse.Tests;

public sealed class InMemoryReadingTests : ReadingConformance
{
    private readonly InMemoryWarehouse _warehouse = new();

    protected override IWarehouseWriter Writer => _warehouse;

    protected override IWarehouseReader Reader => _warehouse;

    protected override IWarehouseSummaries Summaries => new ReaderSummaries(_warehouse, WarehouseSamples.Instruments);

    protected override int Histories => 20;
}
