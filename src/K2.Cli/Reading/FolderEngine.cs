using K2.Abstractions.Diagnostics;
using K2.Abstractions.Warehouse;
using K2.Cli.Locating;
using K2.Domain.Instruments;
using K2.Exchanges;
using K2.Warehouse;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Cli.Reading;

/// <summary>The engine of a folder whose silo does not run, started for one command.</summary>
internal sealed class FolderEngine : IAsyncDisposable
{
    private readonly WarehouseHost _warehouse;
    private readonly PipelineCounters _counters;

    private FolderEngine(WarehouseHost warehouse, PipelineCounters counters, InstrumentTable instruments)
    {
        _warehouse = warehouse;
        _counters = counters;
        Instruments = instruments;
    }

    public IWarehouseReader Reader => _warehouse.Reader;

    public InstrumentTable Instruments { get; }

    public Uri Url => _warehouse.Url;

    public static async Task<FolderEngine> StartAsync(Target.AtRest folder, CancellationToken cancellationToken)
    {
        var data = Path.Combine(folder.Path, WarehouseOptions.FolderName);
        if (!Directory.Exists(data)) throw CliException.Usage($"'{folder.Path}' holds no data of a silo: give the folder of a run by --data.");
        InstrumentTable instruments;
        try
        {
            instruments = InstrumentFile.Load(folder.InstrumentsFile ?? Path.Combine(AppContext.BaseDirectory, "instruments.yaml"));
        }
        catch (InstrumentFileException mistake)
        {
            throw CliException.Usage(mistake.Message);
        }

        var counters = new PipelineCounters();
        try
        {
            var warehouse = await WarehouseHost.StartAsync(new WarehouseOptions { DataFolder = data, Port = 0 }, instruments, counters, NoProtocolProbe.Instance, TimeProvider.System, NullLoggerFactory.Instance, cancellationToken);
            return new FolderEngine(warehouse, counters, instruments);
        }
        catch
        {
            counters.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _warehouse.DisposeAsync();
        _counters.Dispose();
    }
}
