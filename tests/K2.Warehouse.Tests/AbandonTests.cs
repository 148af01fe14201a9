using System.Diagnostics;
using System.Globalization;
using K2.Abstractions;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Warehouse;
using K2.Domain;
using K2.TestKit.Warehouse;
using K2.Warehouse.Embedded;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Warehouse.Tests;

/// <summary>A process that ends while its engine is frozen: nothing waits for an answer, and the engine is gone afterwards.</summary>
public sealed class AbandonTests : IAsyncLifetime
{
    // Far above what giving up takes, far below the limits that it cuts short.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(12);
    private readonly string _folder = Directory.CreateTempSubdirectory("k2-abandon-").FullName;
    private readonly PipelineCounters _counters = new();
    private WarehouseHost? _host;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        if (EngineLocator.FindLibrary() is null) return;
        _host = await WarehouseHost.StartAsync(new WarehouseOptions { DataFolder = _folder, Port = 0 }, WarehouseSamples.Instruments, _counters, NoProtocolProbe.Instance, TimeProvider.System, NullLoggerFactory.Instance, Token);
    }

    public ValueTask DisposeAsync()
    {
        _counters.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Abandon_EngineFrozen_EndsReadsAndWritesThatWaitAndThatCome()
    {
        var host = await FrozenAsync();
        var reading = host.Reader.CountAsync(Token);
        var writing = host.Writer.WriteAuditAsync([Entry], Token);

        host.Abandon();

        Assert.IsNotType<TimeoutException>(await Assert.ThrowsAnyAsync<Exception>(() => reading.WaitAsync(Limit, Token)));
        Assert.True((await Assert.ThrowsAsync<K2Exception>(() => writing.WaitAsync(Limit, Token))).IsTransient);
        Assert.True((await Assert.ThrowsAsync<K2Exception>(() => host.Writer.WriteAuditAsync([Entry], Token).WaitAsync(Limit, Token))).IsTransient);
        await Assert.ThrowsAsync<K2Exception>(() => host.Reader.CountAsync(Token).WaitAsync(Limit, Token));
        await host.DisposeAsync().AsTask().WaitAsync(Limit, Token);
    }

    [Fact]
    public async Task Abandon_WhileTheFrozenEngineIsWaitedFor_EndsIt_AndAfterwardsDoesNothing()
    {
        var host = await FrozenAsync();
        var closing = host.DisposeAsync().AsTask();

        host.Abandon();
        await closing.WaitAsync(Limit, Token);
        host.Abandon();
        host.KillEngine();

        // The folder is free.
        await using var next = await WarehouseHost.StartAsync(new WarehouseOptions { DataFolder = _folder, Port = 0 }, WarehouseSamples.Instruments, _counters, NoProtocolProbe.Instance, TimeProvider.System, NullLoggerFactory.Instance, Token);
        Assert.Equal(0, (await next.Reader.CountAsync(Token)).Trades);
    }

    private static AuditEntry Entry => new(new Timestamp(1), "test", "test", "equal", "{}");

    private async Task<WarehouseHost> FrozenAsync()
    {
        Assert.SkipWhen(_host is null, "the embedded engine's library is not in the cache: install npm and build again");
        using var stop = Process.Start("kill", ["-STOP", _host!.EngineProcessId!.Value.ToString(CultureInfo.InvariantCulture)]);
        await stop.WaitForExitAsync(Token);
        return _host;
    }
}
