using Confluent.Kafka;
using K2.Domain.Log;

namespace K2.Streaming.Kafka;

/// <summary>One call of append: waiting for room, or sent and waiting for its acknowledgements.</summary>
internal sealed class PendingAppend(KafkaAppender appender)
{
    private readonly TaskCompletionSource<IReadOnlyList<LogPosition>> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _remaining;

    public List<PendingBatch> Batches { get; } = [];

    public int Messages { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>The producer that it was sent with; null while it waits. Guarded by the appender.</summary>
    public IProducer<byte[], byte[]>? Producer { get; set; }

    public Task<IReadOnlyList<LogPosition>> Task => _completion.Task;

    public void Add(PendingBatch batch, long bytes)
    {
        Batches.Add(batch);
        Messages += batch.Messages.Count;
        _remaining = Messages;
        Bytes += bytes;
    }

    /// <summary>Counts an answer. Called by the producer's thread.</summary>
    public void Delivered(Error error)
    {
        if (error.IsError) appender.Failed(this, error);
        else if (--_remaining == 0) appender.Completed(this);
    }

    public void Succeed()
    {
        var positions = new LogPosition[Batches.Count];
        for (var i = 0; i < positions.Length; i++) positions[i] = Batches[i].Topic.PositionOf(Batches[i].Partition, Batches[i].First);
        _completion.TrySetResult(positions);
    }

    public void Fail(Exception exception) => _completion.TrySetException(exception);

    public bool TryCancel(CancellationToken cancellationToken) => _completion.TrySetCanceled(cancellationToken);
}
