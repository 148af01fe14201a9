namespace K2.Warehouse.Writing;

/// <summary>
/// What waits for the writer, bounded by flushes, rows and bytes together with what is being written; callers beyond that wait in order. A flush
/// larger than the bound passes alone. Thread-safe; one reader.
/// </summary>
internal sealed class FlushQueue(WarehouseOptions options, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Queue<PendingFlush> _queued = new();
    private readonly LinkedList<PendingFlush> _outside = new();
    private TaskCompletionSource? _arrival;
    private TaskCompletionSource? _filling;
    private int _heldFlushes;
    private long _heldRows;
    private long _heldBytes;
    private long _queuedRows;
    private bool _isEnded;

    /// <summary>Rows of what waits inside and is being written.</summary>
    public long HeldRows
    {
        get
        {
            lock (_gate) return _heldRows;
        }
    }

    /// <summary>Estimated bytes of what waits inside and is being written.</summary>
    public long HeldBytes
    {
        get
        {
            lock (_gate) return _heldBytes;
        }
    }

    /// <summary>Callers that wait for room.</summary>
    public int Outside
    {
        get
        {
            lock (_gate) return _outside.Count;
        }
    }

    /// <summary>Ends when there is room for the flush.</summary>
    /// <exception cref="InvalidOperationException">The queue has ended.</exception>
    public async Task EnterAsync(PendingFlush pending, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (_isEnded) throw new InvalidOperationException("the warehouse writer was stopped");
            if (_outside.Count == 0 && Fits(pending))
            {
                Admit(pending);
                return;
            }

            _outside.AddLast(pending);
        }

        try
        {
            await pending.Admitted.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            lock (_gate)
            {
                _outside.Remove(pending);
                AdmitAll();
            }

            throw;
        }
    }

    /// <summary>Returns true when something waits, false when the queue has ended and is empty.</summary>
    public async Task<bool> WaitAsync(CancellationToken cancellationToken)
    {
        Task arrival;
        lock (_gate)
        {
            if (_queued.Count > 0) return true;
            if (_isEnded) return false;
            _arrival ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            arrival = _arrival.Task;
        }

        await arrival.WaitAsync(cancellationToken);
        lock (_gate) return _queued.Count > 0;
    }

    /// <summary>
    /// Ends when more is not worth waiting for: enough rows wait, the oldest has waited long enough (also: while the flush before was written), or
    /// the queue has ended.
    /// </summary>
    public async Task LingerAsync(CancellationToken cancellationToken)
    {
        Task filling;
        TimeSpan left;
        lock (_gate)
        {
            left = _queued.TryPeek(out var oldest) ? options.Linger - time.GetElapsedTime(oldest.Arrived) : TimeSpan.Zero;
            if (left <= TimeSpan.Zero || _queuedRows >= options.LingerRows || _outside.Count > 0 || _isEnded) return;
            _filling = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            filling = _filling.Task;
        }

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(Task.Delay(left, time, enough.Token), filling);
        await enough.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Takes the oldest flushes, at least one and at most about the given rows.</summary>
    public List<PendingFlush> Take(int maxRows)
    {
        var group = new List<PendingFlush>();
        lock (_gate)
        {
            for (var rows = 0; rows < maxRows && _queued.TryDequeue(out var pending); rows += pending.Rows)
            {
                group.Add(pending);
                _queuedRows -= pending.Rows;
            }
        }

        return group;
    }

    /// <summary>Gives back the room of flushes that were taken.</summary>
    public void Release(IReadOnlyCollection<PendingFlush> group)
    {
        lock (_gate)
        {
            foreach (var pending in group)
            {
                _heldFlushes--;
                _heldRows -= pending.Rows;
                _heldBytes -= pending.Bytes;
            }

            AdmitAll();
        }
    }

    /// <summary>Lets no more flushes in; those that wait are still written.</summary>
    public void End()
    {
        lock (_gate)
        {
            _isEnded = true;
            _arrival?.TrySetResult();
            _filling?.TrySetResult();
        }
    }

    /// <summary>Takes everything out, also what waits outside.</summary>
    public List<PendingFlush> TakeAll()
    {
        lock (_gate)
        {
            _isEnded = true;
            List<PendingFlush> all = [.. _queued, .. _outside];
            _queued.Clear();
            _outside.Clear();
            return all;
        }
    }

    private bool Fits(PendingFlush pending) =>
        _heldFlushes == 0 || (_heldFlushes < options.QueueLength && _heldRows + pending.Rows <= options.QueueRows && _heldBytes + pending.Bytes <= options.QueueBytes);

    private void AdmitAll()
    {
        while (_outside.First is { } first && Fits(first.Value))
        {
            _outside.RemoveFirst();
            Admit(first.Value);
        }
    }

    private void Admit(PendingFlush pending)
    {
        _heldFlushes++;
        _heldRows += pending.Rows;
        _heldBytes += pending.Bytes;
        _queuedRows += pending.Rows;
        _queued.Enqueue(pending);
        pending.Admitted.TrySetResult();
        _arrival?.TrySetResult();
        _arrival = null;
        if (_queuedRows >= options.LingerRows) _filling?.TrySetResult();
    }
}
