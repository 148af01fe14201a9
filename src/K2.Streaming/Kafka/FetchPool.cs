using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace K2.Streaming.Kafka;

/// <summary>The log's consumer handles. Readers of different partitions share them; a second reader of a partition gets a further one. Thread-safe.</summary>
internal sealed class FetchPool(KafkaClients clients, KafkaLogOptions options, ILogger logger) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<FetchLoop> _loops = [];
    private bool _closed;

    /// <summary>How many handles there are.</summary>
    public int Handles
    {
        get
        {
            lock (_gate) return _loops.Count;
        }
    }

    /// <summary>Returns a handle for a new reader of a partition.</summary>
    public FetchLoop Take(TopicPartition partition)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(KafkaLog));
            var loop = _loops.Where(loop => !loop.Readers.Contains(partition)).MinBy(loop => loop.Readers.Count);
            if (loop is null || (loop.Readers.Count > 0 && _loops.Count < options.FetchHandles))
            {
                loop = new FetchLoop(clients.Fetcher(), _loops.Count, logger);
                _loops.Add(loop);
            }

            loop.Readers.Add(partition);
            return loop;
        }
    }

    /// <summary>Gives a partition's place at a handle back.</summary>
    public void Return(FetchLoop loop, PartitionBuffer buffer)
    {
        lock (_gate)
        {
            loop.Stop(buffer);
            loop.Readers.Remove(buffer.Id);
        }
    }

    public async ValueTask DisposeAsync()
    {
        List<FetchLoop> loops;
        lock (_gate)
        {
            _closed = true;
            loops = [.. _loops];
        }

        await Task.WhenAll(loops.Select(loop => loop.DisposeAsync().AsTask()));
    }
}
