using System.Text;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.TestKit.Log;
using K2.Warehouse;
using K2.Warehouse.Embedded;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.TestingHost;

namespace K2.Grains.Tests.Symbols;

/// <summary>The symbol of <see cref="Some"/> with the real stream provider, grain and engine behind a log in memory.</summary>
internal sealed class SymbolOnEngine : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("k2-symbol-").FullName;
    private readonly PipelineCounters _counters = new();
    private InProcessTestCluster? _cluster;

    private SymbolOnEngine()
    {
    }

    public InMemoryLog Log { get; } = new([new LogTopic(TopicNames.Trades(Exchange.Binance), 2)]);

    public WarehouseHost Warehouse { get; private set; } = null!;

    public IClusterClient Client => _cluster!.Client;

    /// <summary>Starts it; skips the test where the engine's library is absent.</summary>
    public static async Task<SymbolOnEngine> StartOrSkipAsync()
    {
        Assert.SkipWhen(EngineLocator.FindLibrary() is null, "the embedded engine's library is not in the cache: install npm and build again");
        var symbol = new SymbolOnEngine();
        try
        {
            var instruments = new InstrumentTable([Some.Instrument]);
            var options = new WarehouseOptions { DataFolder = symbol._folder, Port = 0, Linger = TimeSpan.FromMilliseconds(5) };
            symbol.Warehouse = await WarehouseHost.StartAsync(options, instruments, symbol._counters, NoProtocolProbe.Instance, TimeProvider.System, NullLoggerFactory.Instance, TestContext.Current.CancellationToken);
            symbol._cluster = await SymbolSilo.StartAsync(symbol.Log, instruments, symbol.Warehouse.Reader, symbol.Warehouse.Writer, symbol._counters);
            return symbol;
        }
        catch
        {
            await symbol.DisposeAsync();
            throw;
        }
    }

    /// <summary>Puts records into the log as one batch.</summary>
    public Task AppendAsync(params LogRecord[] records) =>
        Log.AppendAsync([new LogAppend(TopicNames.Trades(Exchange.Binance), Some.Instrument.Id.ToString(), records.Length, RecordCodec.Encode(Some.Instrument, records))], TestContext.Current.CancellationToken);

    /// <summary>Returns the engine's answer as text, without the last line's end.</summary>
    public async Task<string> QueryAsync(string sql)
    {
        using var text = new MemoryStream();
        await Warehouse.QueryRawAsync(sql, text, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(text.ToArray()).Trim();
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null) await _cluster.DisposeAsync();
        if (Warehouse is not null) await Warehouse.DisposeAsync();
        await Log.DisposeAsync();
        _counters.Dispose();
        Directory.Delete(_folder, true);
    }
}
