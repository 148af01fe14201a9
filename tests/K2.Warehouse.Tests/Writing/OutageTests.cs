using K2.Abstractions;
using K2.Abstractions.Warehouse;
using K2.TestKit;
using K2.TestKit.Warehouse;
using K2.Warehouse.Writing;
using Microsoft.Extensions.Logging;

namespace K2.Warehouse.Tests.Writing;

/// <summary>ClickHouse away or refusing, with an injected clock: callers wait, the queue stays within its bounds, few lines are logged.</summary>
public sealed class OutageTests : IAsyncDisposable
{
    private readonly ScriptedClickHouse _server = new();
    private readonly ArmedTimeProvider _time = new();
    private readonly CountingLogger _logger = new();
    private readonly WarehouseOptions _options = new() { QueueLength = 10, QueueRows = 60, QueueBytes = 1 << 20, MaxFlushRows = 40 };
    private readonly WriterOverHttp _rig;
    private readonly ClickHouseWarehouseWriter _writer;

    public OutageTests()
    {
        _rig = new WriterOverHttp(_server, _options, _time, _logger);
        _writer = _rig.Writer;
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task Write_ClickHouseAwayForTenMinutes_CallersWaitWithinTheBounds_AndAllIsWrittenAfterwards()
    {
        _server.IsAway = true;
        var waits = _time.WhenArmed(_ => true);
        var writes = Enumerable.Range(0, 36).Select(symbol => _writer.WriteAsync(Flush(symbol, rows: 10), Token)).ToList();

        // Six flushes of ten rows fit into the queue's 60 rows, the other 30 callers wait before it, however long it takes.
        for (var end = _time.GetUtcNow() + TimeSpan.FromMinutes(10); _time.GetUtcNow() < end;)
        {
            var wait = await waits;
            Assert.InRange(_writer.HeldBytes, 6 * 10 * 100, _options.QueueBytes);
            Assert.Equal(30, _writer.WaitingOutside);
            waits = _time.WhenArmed(_ => true);
            _time.Advance(wait);
        }

        await waits;
        Assert.DoesNotContain(writes, write => write.IsCompleted);
        Assert.InRange(_server.Refused, 300, 330);
        Assert.InRange(_logger.Lines.Count, 1, 11);

        // From here only the pause that runs needs the clock: what has waited long does not linger.
        _server.IsAway = false;
        _time.Advance(TimeSpan.FromSeconds(2));
        await Task.WhenAll(writes).WaitAsync(TimeSpan.FromSeconds(15), Token);

        Assert.Equal(0, _writer.HeldBytes);
        Assert.Equal(0, _writer.WaitingOutside);
        Assert.Contains(_logger.Lines, line => line.Level == LogLevel.Information && line.Text.Contains("again after", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Write_CommonFlush_IsThreeInserts_TheStateLast()
    {
        var instrument = WarehouseSamples.Named("T1");
        var lingers = _time.WhenArmed(_ => true);
        var write = _writer.WriteAsync(WarehouseSamples.Flush(instrument, 1, [WarehouseSamples.Trade(1, 1, 1)], [WarehouseSamples.Candle(instrument, 0, 1)]), Token);
        Assert.Equal(_options.Linger, await lingers);
        _time.Advance(_options.Linger);
        await write;

        Assert.Equal(["ohlcv_store", "silver_trades_store", "symbol_state_store"], _server.Taken.Order(StringComparer.Ordinal));
        Assert.Equal("symbol_state_store", _server.Taken[^1]);
    }

    [Fact]
    public async Task Write_Backlog_DoesNotLinger()
    {
        var options = _options with { LingerRows = 10 };
        await using var writer = _rig.Open(options);

        // The clock stands still: only what does not linger ends.
        await writer.WriteAsync(Flush(1, rows: 10), Token).WaitAsync(TimeSpan.FromSeconds(15), Token);
    }

    [Theory]
    [InlineData(60, false)]
    [InlineData(497, false)]
    public async Task Write_FatalError_FailsTheCallersWithOneLine(int code, bool isTransient)
    {
        _server.Code = code;
        var lingers = _time.WhenArmed(_ => true);
        var write = _writer.WriteAsync(Flush(1, rows: 1), Token);
        _time.Advance(await lingers);

        var failure = await Assert.ThrowsAnyAsync<K2Exception>(() => write);

        Assert.Equal(isTransient, failure.IsTransient);
        Assert.Equal(LogLevel.Critical, Assert.Single(_logger.Lines).Level);
        Assert.Equal(0, _writer.HeldBytes);
    }

    private static SymbolFlush Flush(int symbol, int rows) =>
        WarehouseSamples.Flush(WarehouseSamples.Named($"T{symbol}"), rows, [.. Enumerable.Range(1, rows).Select(id => WarehouseSamples.Trade(id, id, id))]);
}
