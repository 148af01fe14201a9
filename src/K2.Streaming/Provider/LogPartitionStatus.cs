using K2.Domain.Log;

namespace K2.Streaming.Provider;

/// <summary>How far a partition's streams are.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Committed">Everything below is durable downstream; <see cref="LogPosition.None"/> if nothing was committed.</param>
/// <param name="End">The position that the next record will get.</param>
/// <param name="CachedBytes">Bytes read and not yet durable downstream, in this silo.</param>
public sealed record LogPartitionStatus(string Topic, int Partition, LogPosition Committed, LogPosition End, long CachedBytes)
{
    /// <summary>Whether everything in the partition is durable downstream.</summary>
    public bool IsDrained => Committed >= End;

    /// <summary>Records between committed and end; where the epoch has changed in between, those of the new epoch.</summary>
    public long LagRecords => IsDrained ? 0 : Committed.Epoch == End.Epoch ? End.Offset - Committed.Offset : End.Offset;
}
