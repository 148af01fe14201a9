using System.Collections.Concurrent;
using K2.Abstractions;
using K2.Abstractions.Cold;
using K2.Abstractions.Cold.Tables;
using K2.Abstractions.Retention;
using K2.Abstractions.Warehouse;
using K2.Contracts.Cold;
using K2.Grains.Cold;
using K2.TestKit.Cold;
using K2.TestKit.Warehouse;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.TestingHost;

namespace K2.Grains.Tests.Cold;

/// <summary>What goes wrong with a cold table is a line of the log, a row of <c>audit_log</c>, a metric, and a problem of its status until it is well again.</summary>
public sealed class ColdExportGrainTests : IAsyncLifetime
{
    private static readonly ColdTable Table = ColdTables.SilverTrades;
    private readonly ScriptedColdTier _tier = new();
    private readonly InMemoryWarehouse _warehouse = new();
    private readonly Lines _lines = new();
    private InProcessTestCluster _cluster = null!;
    private IColdExportGrain _grain = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddSingleton<IColdTier>(_tier);
            silo.Services.AddSingleton<IWarehouseWriter>(_warehouse);
            silo.Services.AddSingleton<IRetention>(new NoRetention());
            silo.Services.AddSingleton(new ColdSchedule());
            silo.Services.AddSingleton<ColdMetrics>();
            silo.Services.AddLogging(logging => logging.AddProvider(_lines));
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
        _grain = _cluster.Client.GetGrain<IColdExportGrain>(Table.Name);
    }

    public async ValueTask DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task Audit_ThatDiffers_IsAnAlert_UntilOneIsEqual()
    {
        using var seen = new MeterReading(Table.Name);
        _tier.Audit = () => new ColdAuditOutcome(Table.Name, 1, 10, 0, ["2026-03-01 binance: 10 rows here, 11 in the warehouse"]);

        Assert.Equal("different", (await RunAsync(ColdWork.Audit)).Outcome);

        Assert.Equal(["The last audit ended as different: 2026-03-01 binance: 10 rows here, 11 in the warehouse."], (await _grain.GetStatus()).Problems);
        var entry = Assert.Single(_warehouse.Audits);
        Assert.Equal(("cold-audit", Table.Name, "different"), (entry.Check, entry.Subject, entry.Outcome));
        Assert.Contains("Warning Cold table silver_trades: Audit ended as different: 2026-03-01 binance: 10 rows here, 11 in the warehouse", _lines.All);
        Assert.Equal(1, seen["k2.cold.audit.problems {problem}"]);

        _tier.Audit = () => new ColdAuditOutcome(Table.Name, 1, 11, 0, []);
        await RunAsync(ColdWork.Audit);
        Assert.Empty((await _grain.GetStatus()).Problems);
        Assert.Equal(0, seen["k2.cold.audit.problems {problem}"]);
    }

    [Fact]
    public async Task Export_ThatFails_IsAnAlert_AlsoWhileTheNextOneRuns()
    {
        _tier.Export = () => throw new K2Exception("the store is away", true);
        await RunAsync(ColdWork.Export);
        string[] failed = ["The last export ended as failed: the store is away."];
        Assert.Equal(failed, (await _grain.GetStatus()).Problems);
        Assert.Null((await _grain.GetStatus()).LastExport);
        Assert.Equal("failed", Assert.Single(_warehouse.Audits).Outcome);

        var next = new TaskCompletionSource<ColdExportOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        _tier.Export = () => next.Task;
        var running = RunAsync(ColdWork.Export);
        Assert.Equal("running", (await _grain.Start(new ColdJob { Work = ColdWork.Export })).Outcome);
        Assert.Equal(failed, (await _grain.GetStatus()).Problems);

        next.SetResult(new ColdExportOutcome { Table = Table.Name, Rows = 3 });
        await running;
        Assert.Empty((await _grain.GetStatus()).Problems);
        Assert.NotNull((await _grain.GetStatus()).LastExport);
    }

    [Fact]
    public async Task Export_ThatFoundDifferences_IsNotSaidToBeGood()
    {
        _tier.Export = () => Task.FromResult(new ColdExportOutcome { Table = Table.Name, Rows = 3, Behind = ["binance:BTC/USDT"] });

        var run = await RunAsync(ColdWork.Export);

        Assert.Equal(("different", false), (run.Outcome, run.IsGood));
        Assert.Contains("binance:BTC/USDT: the warehouse stands before the table's position", Assert.Single((await _grain.GetStatus()).Problems), StringComparison.Ordinal);
    }

    private Task<ColdRun> RunAsync(ColdWork work) => ColdRuns.RunAsync(_grain, new ColdJob { Work = work }, TimeProvider.System, TestContext.Current.CancellationToken);

    private sealed class NoRetention : IRetention
    {
        public Task<IReadOnlyList<RetentionOutcome>> RunAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task HoldAsync(RetainedTable table, int fromDay, int untilDay, CancellationToken cancellationToken) => throw new NotSupportedException();
    }

    private sealed class Lines : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = [];

        public IEnumerable<string> All => _lines;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => _lines.Enqueue($"{logLevel} {formatter(state, exception)}");

        public void Dispose()
        {
            // Nothing to release.
        }
    }
}
