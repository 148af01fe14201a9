using K2.Abstractions.Log;
using K2.Domain.Log;

namespace K2.Streaming.Embedded;

/// <summary>One call of append that waits for the writer.</summary>
internal sealed class PendingAppend(IReadOnlyList<LogAppend> batches, PartitionLog[] partitions, long bytes)
{
    private const int Waiting = 0;
    private const int Taken = 1;
    private const int Cancelled = 2;

    private readonly TaskCompletionSource<IReadOnlyList<LogPosition>> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _state;

    public IReadOnlyList<LogAppend> Batches => batches;

    /// <summary>The partition of each batch.</summary>
    public PartitionLog[] Partitions => partitions;

    public long Bytes => bytes;

    public LogPosition[] Positions { get; } = new LogPosition[batches.Count];

    public Task<IReadOnlyList<LogPosition>> Task => _completion.Task;

    /// <summary>Takes the append for writing; false if it was cancelled before.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref _state, Taken, Waiting) == Waiting;

    /// <summary>Cancels the append unless it is already being written.</summary>
    public void Cancel(CancellationToken token)
    {
        if (Interlocked.CompareExchange(ref _state, Cancelled, Waiting) == Waiting) _completion.TrySetCanceled(token);
    }

    public void Succeed() => _completion.TrySetResult(Positions);

    public void Fail(Exception exception) => _completion.TrySetException(exception);
}
