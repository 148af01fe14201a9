using K2.Abstractions.Log;
using K2.Abstractions.Warehouse;
using K2.Domain.Instruments;
using K2.Domain.Log;

namespace K2.Grains.Tests.Raw;

/// <summary>Keeps the frames that an archiver writes, as often as it writes them, and is the log in front of it, so that the last commit is seen.</summary>
internal sealed class ArchiveStore(ILog inner) : IWarehouseWriter, IRawFrameIndex, ILog
{
    private readonly TaskCompletionSource _committed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Every frame written, in order.</summary>
    public List<(string Origin, long Number)> Frames { get; } = [];

    public int LookUps { get; private set; }

    /// <summary>Runs behind each write of frames.</summary>
    public Func<Task> AfterWrite { get; set; } = () => Task.CompletedTask;

    public Task CommittedToTheEnd => _committed.Task;

    public ILog Log => this;

    public IReadOnlyList<LogTopic> Topics => inner.Topics;

    public void Insert(IReadOnlyList<RawChunk> chunks) => Frames.AddRange(chunks.SelectMany(chunk => chunk.Sequences.Select(number => (chunk.Origin, number))));

    public async Task WriteRawAsync(IReadOnlyList<RawChunk> chunks, CancellationToken cancellationToken)
    {
        Insert(chunks);
        await AfterWrite();
    }

    public Task<IReadOnlySet<long>> FindAsync(Exchange exchange, string origin, long first, long last, CancellationToken cancellationToken)
    {
        LookUps++;
        return Task.FromResult<IReadOnlySet<long>>(Frames.Where(frame => frame.Origin == origin && frame.Number >= first && frame.Number <= last).Select(frame => frame.Number).ToHashSet());
    }

    public async ValueTask CommitAsync(string topic, int partition, LogPosition next, CancellationToken cancellationToken)
    {
        await inner.CommitAsync(topic, partition, next, cancellationToken);
        if (next == await inner.EndAsync(topic, partition, cancellationToken)) _committed.TrySetResult();
    }

    public Task WriteAsync(SymbolFlush flush, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task WriteDeadLettersAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task WriteAuditAsync(IReadOnlyList<AuditEntry> entries, CancellationToken cancellationToken) => throw new NotSupportedException();

    public int PartitionOf(string topic, string key) => inner.PartitionOf(topic, key);

    public Task<IReadOnlyList<LogPosition>> AppendAsync(IReadOnlyList<LogAppend> batches, CancellationToken cancellationToken) => inner.AppendAsync(batches, cancellationToken);

    public ILogReader OpenReader(string topic, int partition, LogPosition from) => inner.OpenReader(topic, partition, from);

    public ValueTask<LogPosition> EarliestAsync(string topic, int partition, CancellationToken cancellationToken) => inner.EarliestAsync(topic, partition, cancellationToken);

    public ValueTask<LogPosition> EndAsync(string topic, int partition, CancellationToken cancellationToken) => inner.EndAsync(topic, partition, cancellationToken);

    public ValueTask<LogPosition> CommittedAsync(string topic, int partition, CancellationToken cancellationToken) => inner.CommittedAsync(topic, partition, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
