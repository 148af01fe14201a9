using K2.Abstractions.Diagnostics;
using K2.TestKit.Warehouse;
using K2.Warehouse.Embedded;
using Microsoft.Extensions.Logging;

namespace K2.Warehouse.Tests;

/// <summary>What ClickHouse set aside at a start is told, not passed over.</summary>
public sealed class BrokenPartsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("k2-broken-").FullName;
    private readonly LineLog _log = new();

    public void Dispose()
    {
        _log.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Start_APartOfEmptyFiles_IsReported()
    {
        Assert.SkipWhen(EngineLocator.FindLibrary() is null, "the embedded engine's library is not in the cache: install npm and build again");
        await RunAsync("CREATE TABLE default.t (a UInt64) ENGINE = MergeTree ORDER BY a", "INSERT INTO default.t VALUES (1)");
        Assert.Empty(_log.Errors);
        foreach (var file in Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).Where(file => file.Contains("all_1_1_0", StringComparison.Ordinal))) await File.WriteAllBytesAsync(file, [], TestContext.Current.CancellationToken);

        await RunAsync("SELECT 1");

        Assert.StartsWith("default.t: 1 parts could not be read", Assert.Single(_log.Errors), StringComparison.Ordinal);
    }

    private async Task RunAsync(params string[] statements)
    {
        using var counters = new PipelineCounters();
        await using var host = await WarehouseHost.StartAsync(new WarehouseOptions { DataFolder = _folder, Port = 0 }, WarehouseSamples.Instruments, counters, NoProtocolProbe.Instance, TimeProvider.System, _log, TestContext.Current.CancellationToken);
        foreach (var statement in statements) await host.QueryRawAsync(statement, Stream.Null, TestContext.Current.CancellationToken);
    }

    /// <summary>Keeps the lines of errors.</summary>
    private sealed class LineLog : ILoggerFactory, ILogger
    {
        public List<string> Errors { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) Errors.Add(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }
}
