using Confluent.Kafka;

namespace K2.Streaming.Kafka;

/// <summary>
/// Commits the positions of all partitions, one request at a time with all that came meanwhile. A position does not go back, also behind another process that has
/// committed a higher one; between the look and the commit that one may still be overtaken, and the records in between come once more. Thread-safe.
/// </summary>
internal sealed class OffsetCommitter(KafkaAdmin admin, CancellationToken closed)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TopicPartition, long> _known = [];
    private Dictionary<TopicPartition, long> _wanted = [];
    private TaskCompletionSource _round = NewRound();
    private bool _running;

    /// <summary>Commits an offset and completes when the broker has it; at once if a higher one is known to be committed.</summary>
    public Task CommitAsync(TopicPartition partition, long offset)
    {
        lock (_gate)
        {
            if (_known.TryGetValue(partition, out var known) && offset <= known) return Task.CompletedTask;
            _wanted[partition] = Math.Max(offset, _wanted.GetValueOrDefault(partition));
            var round = _round.Task;
            if (!_running) _ = Task.Run(RunAsync, CancellationToken.None);
            _running = true;
            return round;
        }
    }

    /// <summary>Returns the committed offset of a partition, −1 if there is none. Another process may have moved it.</summary>
    public async Task<long> CommittedAsync(TopicPartition partition, CancellationToken cancellationToken)
    {
        var offset = (await admin.CommittedAsync([partition], cancellationToken))[0];
        lock (_gate) _known[partition] = Math.Max(offset, _known.GetValueOrDefault(partition, -1));
        return offset;
    }

    private static TaskCompletionSource NewRound() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task RunAsync()
    {
        while (true)
        {
            Dictionary<TopicPartition, long> wanted;
            TaskCompletionSource round;
            lock (_gate)
            {
                if (_wanted.Count == 0)
                {
                    _running = false;
                    return;
                }

                (wanted, _wanted) = (_wanted, []);
                (round, _round) = (_round, NewRound());
            }

            try
            {
                await CommitAsync(wanted);
                round.SetResult();
            }
            catch (OperationCanceledException)
            {
                round.SetException(new ObjectDisposedException(nameof(KafkaLog)));
            }
            catch (Exception failure)
            {
                round.SetException(failure);
            }
        }
    }

    private async Task CommitAsync(Dictionary<TopicPartition, long> wanted)
    {
        List<TopicPartitionOffset> higher;
        lock (_gate) higher = [.. wanted.Where(pair => !_known.TryGetValue(pair.Key, out var known) || pair.Value > known).Select(pair => new TopicPartitionOffset(pair.Key, pair.Value))];
        if (higher.Count == 0) return;

        var committed = await admin.CommitHigherAsync(higher, closed);
        lock (_gate)
        {
            for (var i = 0; i < committed.Length; i++) _known[higher[i].TopicPartition] = Math.Max(committed[i], _known.GetValueOrDefault(higher[i].TopicPartition, -1));
        }
    }
}
