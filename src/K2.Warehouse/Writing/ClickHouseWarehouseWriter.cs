using System.Threading.Channels;
using K2.Abstractions;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Warehouse;

namespace K2.Warehouse.Writing;

/// <summary>
/// The silo's writer: everything that waits becomes one block a table. Trades, candles, revisions and dead letters go in parallel, the checkpoints
/// last; then the callers go on. While ClickHouse is away the callers wait, the queue fills, and the log holds the rest. One group follows the other: an
/// insert that takes long holds all symbols of the silo, a refused one fails its own caller only.
/// </summary>
internal sealed class ClickHouseWarehouseWriter : IWarehouseWriter, IAsyncDisposable
{
    private readonly WarehouseOptions _options;
    private readonly BlockSender _sender;
    private readonly PipelineCounters _counters;
    private readonly IProtocolProbe _probe;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<Pending> _queue;
    private readonly SemaphoreSlim _side = new(1, 1);
    private readonly Task _running;

    public ClickHouseWarehouseWriter(WarehouseOptions options, BlockSender sender, PipelineCounters counters, IProtocolProbe probe, TimeProvider time)
    {
        _options = options;
        _sender = sender;
        _counters = counters;
        _probe = probe;
        _time = time;
        _queue = Channel.CreateBounded<Pending>(new BoundedChannelOptions(options.QueueLength) { SingleReader = true });
        _running = Task.Run(RunAsync);
    }

    /// <inheritdoc/>
    public async Task WriteAsync(SymbolFlush flush, CancellationToken cancellationToken)
    {
        var pending = new Pending(flush);
        await _queue.Writer.WriteAsync(pending, cancellationToken);
        await pending.Done.Task.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async Task WriteRawAsync(IReadOnlyList<RawChunk> chunks, CancellationToken cancellationToken)
    {
        await WriteAsideAsync("k2.raw_chunks", Blocks.RawChunks(chunks), cancellationToken);
        _counters.Add(PipelineStage.RawFrames, chunks.Sum(chunk => (long)chunk.Frames.Count));
    }

    /// <inheritdoc/>
    public Task WriteDeadLettersAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken) => WriteAsideAsync("k2.dead_letters_store", Blocks.DeadLetters(letters), cancellationToken);

    /// <inheritdoc/>
    public Task WriteAuditAsync(IReadOnlyList<AuditEntry> entries, CancellationToken cancellationToken) => WriteAsideAsync("k2.audit_log", Blocks.Audit(entries), cancellationToken);

    /// <summary>Ends the queue, flushes what is in it, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        _stop.CancelAfter(TimeSpan.FromSeconds(10));
        await _running;
        _stop.Dispose();
        _side.Dispose();
    }

    /// <summary>Bulk that no candle waits for: one insert at a time, beside the flushes.</summary>
    private async Task WriteAsideAsync(string table, NativeBlock block, CancellationToken cancellationToken)
    {
        await _side.WaitAsync(cancellationToken);
        try
        {
            await _sender.SendAsync(table, block, cancellationToken);
        }
        finally
        {
            _side.Release();
        }
    }

    private async Task RunAsync()
    {
        var group = new List<Pending>();
        try
        {
            while (await _queue.Reader.WaitToReadAsync(_stop.Token))
            {
                group.Clear();
                var rows = Take(group, 0);
                if (rows < _options.LingerRows && _options.Linger > TimeSpan.Zero)
                {
                    await Task.Delay(_options.Linger, _time, _stop.Token);
                    Take(group, rows);
                }

                await FlushAsync(group);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            while (_queue.Reader.TryRead(out var pending)) group.Add(pending);
            foreach (var pending in group) pending.Done.TrySetCanceled();
        }
    }

    private int Take(List<Pending> group, int rows)
    {
        while (rows < _options.MaxFlushRows && _queue.Reader.TryRead(out var pending))
        {
            group.Add(pending);
            rows += pending.Flush.Trades.Count + pending.Flush.Candles.Count;
        }

        return rows;
    }

    private async Task FlushAsync(List<Pending> group)
    {
        try
        {
            var flushes = group.ConvertAll(pending => pending.Flush);
            var candles = Blocks.Candles(flushes.SelectMany(flush => flush.Candles.Select(candle => (flush.Instrument, candle))));
            _probe.Enter(ProtocolStep.InsertRows);
            await Task.WhenAll(
                _sender.SendAsync("k2.silver_trades_store", Blocks.Trades(flushes), _stop.Token),
                _sender.SendAsync("k2.ohlcv_store", candles, _stop.Token),
                _sender.SendAsync("k2.candle_revisions_store", Blocks.History(flushes), _stop.Token),
                _sender.SendAsync("k2.feed_gaps_store", Blocks.Gaps(flushes), _stop.Token),
                _sender.SendAsync("k2.dead_letters_store", Blocks.DeadLetters(flushes.SelectMany(flush => flush.DeadLetters)), _stop.Token));
            _probe.Enter(ProtocolStep.InsertState);
            await _sender.SendAsync("k2.symbol_state_store", Blocks.States(flushes), _stop.Token);
            _counters.Add(PipelineStage.CandleRows, candles.Rows);
            _counters.Add(PipelineStage.Flushes, 1);
            foreach (var pending in group) pending.Done.TrySetResult();
        }
        catch (Exception refused) when (group.Count > 1 && refused is not (OperationCanceledException or K2Exception { IsTransient: true }))
        {
            // A row of one symbol has no stored form, or ClickHouse refuses it: the others must not suffer for it.
            foreach (var pending in group) await FlushAsync([pending]);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            foreach (var pending in group) pending.Done.TrySetException(failure);
        }
    }

    private sealed class Pending(SymbolFlush flush)
    {
        public SymbolFlush Flush { get; } = flush;

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
