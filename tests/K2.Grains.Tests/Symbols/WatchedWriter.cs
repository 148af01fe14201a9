using K2.Abstractions.Warehouse;
using K2.TestKit.Warehouse;

namespace K2.Grains.Tests.Symbols;

/// <summary>A warehouse in memory that keeps its dead letters where a test can look, and wakes whoever waits for a state. Flushes can be held.</summary>
internal sealed class WatchedWriter(InMemoryWarehouse inner) : IWarehouseWriter
{
    private readonly Lock _gate = new();
    private readonly List<DeadLetter> _letters = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What a flush waits for before anything of it is durable.</summary>
    public Func<SymbolFlush, Task> Flushing { get; set; } = _ => Task.CompletedTask;

    public IReadOnlyList<DeadLetter> Letters
    {
        get
        {
            lock (_gate) return [.. _letters];
        }
    }

    public async Task WriteAsync(SymbolFlush flush, CancellationToken cancellationToken)
    {
        await Flushing(flush);
        await inner.WriteAsync(flush, cancellationToken);
        Changed(flush.DeadLetters);
    }

    public Task WriteRawAsync(IReadOnlyList<RawChunk> chunks, CancellationToken cancellationToken) => inner.WriteRawAsync(chunks, cancellationToken);

    public async Task WriteDeadLettersAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken)
    {
        await inner.WriteDeadLettersAsync(letters, cancellationToken);
        Changed(letters);
    }

    public Task WriteAuditAsync(IReadOnlyList<AuditEntry> entries, CancellationToken cancellationToken) => inner.WriteAuditAsync(entries, cancellationToken);

    /// <summary>Ends when a condition holds behind a write.</summary>
    public async Task UntilAsync(Func<Task<bool>> reached, string what)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            Task changed;
            lock (_gate) changed = _changed.Task;
            if (await reached()) return;
            try
            {
                await changed.WaitAsync(timeout.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"{what}: not reached; letters: {string.Join("; ", Letters.Select(letter => $"{letter.Origin} {letter.Detail}"))}");
            }
        }
    }

    private void Changed(IReadOnlyList<DeadLetter> letters)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            foreach (var letter in letters)
            {
                if (!_letters.Exists(kept => (kept.Origin, kept.Sequence, kept.Reason) == (letter.Origin, letter.Sequence, letter.Reason))) _letters.Add(letter);
            }

            (changed, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        changed.SetResult();
    }
}
