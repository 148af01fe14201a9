namespace K2.Streaming.Embedded;

/// <summary>Bounds the entries kept in memory over all partitions: the oldest go first. Only the writer uses it.</summary>
internal sealed class TailBudget(int limit)
{
    private const int EntryOverhead = 128;

    private readonly Queue<(PartitionLog Partition, int Bytes)> _kept = new();
    private long _bytes;

    /// <summary>Makes room for an entry; false if it is larger than the whole budget.</summary>
    public bool TryReserve(PartitionLog partition, int payloadBytes)
    {
        var bytes = payloadBytes + EntryOverhead;
        if (bytes > limit)
        {
            // The tail must end at the partition's end: an entry left out makes what is kept of its partition useless.
            while (_kept.Count > 0) DropOldest();
            return false;
        }

        while (_bytes + bytes > limit) DropOldest();
        _kept.Enqueue((partition, bytes));
        _bytes += bytes;
        return true;
    }

    private void DropOldest()
    {
        var (partition, bytes) = _kept.Dequeue();
        _bytes -= bytes;
        partition.DropOldestInMemory();
    }
}
