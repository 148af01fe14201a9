using K2.Abstractions.Diagnostics;
using K2.TestKit.Warehouse;
using K2.Warehouse.Embedded;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Warehouse.Tests;

/// <summary>One engine for the tests of a class, in a folder that goes away with it.</summary>
public sealed class EngineFixture : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("k2-warehouse-").FullName;
    private WarehouseHost? _host;

    /// <summary>The warehouse; the test is skipped where no engine is installed.</summary>
    public WarehouseHost Host
    {
        get
        {
            Assert.SkipWhen(_host is null, "the embedded engine's library is not in the cache: install npm and build again");
            return _host!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (EngineLocator.FindLibrary() is null) return;
        var options = new WarehouseOptions { DataFolder = _folder, Port = 0, Linger = TimeSpan.FromMilliseconds(5) };
        _host = await WarehouseHost.StartAsync(options, WarehouseSamples.Instruments, new PipelineCounters(), NoProtocolProbe.Instance, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null) await _host.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
