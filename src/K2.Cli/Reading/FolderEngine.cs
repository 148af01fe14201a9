using K2.Abstractions.Diagnostics;
using K2.Abstractions.Warehouse;
using K2.Cli.Locating;
using K2.Domain.Instruments;
using K2.Exchanges;
using K2.Warehouse;
using K2.Warehouse.Embedded;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Cli.Reading;

/// <summary>The engine of a folder whose silo does not run, started for one command and stopped behind it.</summary>
internal sealed class FolderEngine : IAsyncDisposable
{
    private const string ConnectionStringVariable = "K2__ClickHouse__ConnectionString";
    private const string LibraryVariable = "K2__ClickHouse__Library";
    private readonly WarehouseHost _warehouse;
    private readonly PipelineCounters _counters;

    private FolderEngine(WarehouseHost warehouse, InstrumentTable instruments, PipelineCounters counters)
    {
        _warehouse = warehouse;
        _counters = counters;
        Instruments = instruments;
    }

    public IWarehouseReader Reader => _warehouse.Reader;

    public InstrumentTable Instruments { get; }

    public Uri Url => _warehouse.Url;

    /// <summary>Starts the engine on the folder, or takes the server that the environment names, as the silo would.</summary>
    /// <exception cref="CliException">The folder holds no warehouse, or the instruments file cannot be used.</exception>
    public static async Task<FolderEngine> StartAsync(Target.AtRest folder, CancellationToken cancellationToken)
    {
        var server = Variable(ConnectionStringVariable);
        var data = Path.Combine(folder.Path, WarehouseOptions.FolderName);
        if (server is null && !Directory.Exists(data)) throw CliException.Usage($"'{folder.Path}' holds no data of a silo: give the folder of a run by --data.");

        var instruments = ReadInstruments(folder.InstrumentsFile);
        var library = Variable(LibraryVariable);
        var options = new WarehouseOptions
        {
            ConnectionString = server,
            Library = library,
            DataFolder = data,

            // The library's child takes a free port by itself; a clickhouse binary must be told one.
            Port = server is not null || library is not null || EngineLocator.FindLibrary() is not null ? 0 : FreePort.Find(),
        };
        var counters = new PipelineCounters();
        try
        {
            return new FolderEngine(
                await WarehouseHost.StartAsync(options, instruments, counters, NoProtocolProbe.Instance, TimeProvider.System, NullLoggerFactory.Instance, cancellationToken), instruments, counters);
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

    private static InstrumentTable ReadInstruments(string? file)
    {
        try
        {
            return InstrumentFile.Load(file ?? InstrumentFile.DefaultPath);
        }
        catch (InstrumentFileException wrong)
        {
            throw CliException.Usage(wrong.Message);
        }
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
