using K2.Abstractions;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Warehouse;
using K2.Domain.Instruments;

namespace K2.Warehouse.Writing;

/// <summary>
/// The silo's writer: everything that waits becomes one block a table. Trades, candles, revisions and dead letters go in parallel (empty blocks are
/// not sent, so that the common flush is three inserts), the checkpoints last; then the callers go on. While ClickHouse is away the callers wait, the
/// queue fills, and the log holds the rest. One group follows the other: an insert that takes long holds all symbols of the silo. A row that is refused
/// goes to the dead letters and holds nobody; a checkpoint that is refused fails its own caller only.
/// </summary>
internal sealed class ClickHouseWarehouseWriter : IWarehouseWriter, IAsyncDisposable
{
    private readonly WarehouseOptions _options;
    private readonly SplittingSender _sender;
    private readonly PipelineCounters _counters;
    private readonly IProtocolProbe _probe;
    private readonly WriterMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly FlushQueue _queue;
    private readonly SemaphoreSlim _side = new(1, 1);
    private readonly Task _running;

    public ClickHouseWarehouseWriter(WarehouseOptions options, BlockSender sender, PipelineCounters counters, IProtocolProbe probe, WriterMetrics metrics, TimeProvider time)
    {
        _options = options;
        _sender = new SplittingSender(sender);
        _counters = counters;
        _probe = probe;
        _time = time;
        _queue = new FlushQueue(options, time);
        _metrics = metrics;
        metrics.Observe(_queue);
        _running = Task.Run(RunAsync);
    }

    /// <summary>Estimated bytes of the flushes that wait inside and are being written.</summary>
    internal long HeldBytes => _queue.HeldBytes;

    /// <summary>Callers that wait for room in the queue.</summary>
    internal int WaitingOutside => _queue.Outside;

    /// <inheritdoc/>
    public async Task WriteAsync(SymbolFlush flush, CancellationToken cancellationToken)
    {
        var pending = new PendingFlush(flush, _time.GetTimestamp());
        await _queue.EnterAsync(pending, cancellationToken);
        await pending.Done.Task.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async Task WriteRawAsync(IReadOnlyList<RawChunk> chunks, CancellationToken cancellationToken)
    {
        await WriteAsideAsync(RowTables.Raw, chunks, cancellationToken);
        _counters.Add(PipelineStage.RawFrames, chunks.Sum(chunk => (long)chunk.Frames.Count));
    }

    /// <inheritdoc/>
    public Task WriteDeadLettersAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken) => WriteAsideAsync(RowTables.AsideLetters, letters, cancellationToken);

    /// <inheritdoc/>
    public Task WriteAuditAsync(IReadOnlyList<AuditEntry> entries, CancellationToken cancellationToken) => WriteAsideAsync(RowTables.Audit, entries, cancellationToken);

    /// <summary>Fails all flushes, those that wait and those that come.</summary>
    public void Abandon()
    {
        _queue.End();
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended.
        }
    }

    /// <summary>Ends the queue, flushes what is in it, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.End();
        _stop.CancelAfter(TimeSpan.FromSeconds(10));
        await _running;
        _stop.Dispose();
        _side.Dispose();
    }

    /// <summary>Bulk that no candle waits for: one insert at a time, beside the flushes.</summary>
    private async Task WriteAsideAsync<T>(RowTable<T> table, IReadOnlyList<T> items, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        try
        {
            await _side.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Closing();
        }

        try
        {
            var refused = await _sender.SendAsync(table, items, either.Token);
            if (refused.Count == 0) return;
            if (table.Letter is null) throw new K2Exception($"ClickHouse refused {refused.Count} rows of {table.Name}: {refused[0].Reason}");
            var lost = await _sender.SendAsync(RowTables.AsideLetters, [.. refused.Select(row => table.Letter(row.Row, row.Reason))], either.Token);
            if (lost.Count > 0) throw new K2Exception($"ClickHouse refused rows of {table.Name} and their dead letters: {lost[0].Reason}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Closing();
        }
        finally
        {
            _side.Release();
        }
    }

    private static K2Exception Closing() => new("the process ends and waits for ClickHouse no longer: the log keeps the rows", true);

    private async Task RunAsync()
    {
        List<PendingFlush> group = [];
        try
        {
            while (await _queue.WaitAsync(_stop.Token))
            {
                await _queue.LingerAsync(_stop.Token);
                group = _queue.Take(_options.MaxFlushRows);
                await FlushAsync(group);
                _queue.Release(group);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            foreach (var pending in (IEnumerable<PendingFlush>)[.. group, .. _queue.TakeAll()])
            {
                pending.Admitted.TrySetCanceled();
                pending.Done.TrySetCanceled();
            }
        }
    }

    private async Task FlushAsync(List<PendingFlush> group)
    {
        try
        {
            var started = _time.GetTimestamp();
            var flushes = group.ConvertAll(pending => pending.Flush);
            _probe.Enter(ProtocolStep.InsertRows);
            var failed = await WriteRowsAsync(flushes);
            _probe.Enter(ProtocolStep.InsertState);
            foreach (var (row, reason) in await _sender.SendAsync(RowTables.States, flushes.FindAll(flush => !failed.ContainsKey(flush.Instrument.Id)), _stop.Token)) failed[row.Instrument.Id] = reason;
            _counters.Add(PipelineStage.CandleRows, flushes.Sum(flush => (long)flush.Candles.Count));
            _counters.Add(PipelineStage.Flushes, 1);
            _metrics.Flushed(_time.GetElapsedTime(started));
            foreach (var pending in group)
            {
                var id = pending.Flush.Instrument.Id;
                if (failed.TryGetValue(id, out var reason)) pending.Done.TrySetException(new K2Exception($"ClickHouse refused a row of {id} that cannot be left out: {reason}"));
                else pending.Done.TrySetResult();
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            foreach (var pending in group) pending.Done.TrySetException(failure);
        }
    }

    /// <summary>Makes everything but the checkpoints durable, refused rows as dead letters; returns the instruments whose dead letters are refused too.</summary>
    private async Task<Dictionary<InstrumentId, string>> WriteRowsAsync(List<SymbolFlush> flushes)
    {
        var sent = await Task.WhenAll(RowTables.BesideTheState.Select(async table => (Table: table, Refused: await _sender.SendAsync(table, flushes, _stop.Token))));
        var letters = new List<SymbolFlush>();
        var failed = new Dictionary<InstrumentId, string>();
        foreach (var (table, refused) in sent)
        {
            foreach (var (row, reason) in refused)
            {
                if (table.Letter is { } letter) letters.Add(row with { DeadLetters = [letter(row, reason)] });
                else failed[row.Instrument.Id] = reason;
            }
        }

        foreach (var (row, reason) in await _sender.SendAsync(RowTables.Letters, letters, _stop.Token)) failed[row.Instrument.Id] = reason;
        return failed;
    }
}
