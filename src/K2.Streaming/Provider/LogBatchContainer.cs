using System.Collections.Immutable;
using K2.Abstractions.Log;
using K2.Domain.Log;
using Orleans.Providers.Streams.Common;
using Orleans.Streams;

namespace K2.Streaming.Provider;

/// <summary>
/// One delivery: a packed batch of one stream. Its token is the position of its LAST record, so that a consumer that resumes from a position
/// inside the batch gets the batch again (it drops what it has), and one that resumes from its end does not.
/// </summary>
[GenerateSerializer, Immutable, Alias("k2.LogBatchContainer")]
internal sealed class LogBatchContainer : IBatchContainer
{
    [Id(0)]
    private readonly StreamId _streamId;

    [Id(1)]
    private readonly PackedBatch _batch;

    [NonSerialized]
    private EventSequenceTokenV2? _token;

    public LogBatchContainer(StreamId streamId, PackedBatch batch, LogPosition readNext)
    {
        _streamId = streamId;
        _batch = batch;
        ReadNext = readNext;
        foreach (var entry in batch.Entries) Bytes += entry.Payload.Length + EntryOverhead;
    }

    /// <summary>Bytes of an entry in memory beside its payload, roughly.</summary>
    public const int EntryOverhead = 96;

    public StreamId StreamId => _streamId;

    public StreamSequenceToken SequenceToken => _token ??= new EventSequenceTokenV2(_batch.Last.Version);

    public PackedBatch Batch => _batch;

    /// <summary>Where the read that brought it ended; only known where it was read.</summary>
    [field: NonSerialized]
    public LogPosition ReadNext { get; }

    /// <summary>Bytes it takes in a cache; only known where it was read.</summary>
    [field: NonSerialized]
    public int Bytes { get; }

    /// <summary>Joins consecutive batches of one stream.</summary>
    public static LogBatchContainer Join(IReadOnlyList<LogBatchContainer> parts)
    {
        if (parts.Count == 1) return parts[0];
        var entries = ImmutableArray.CreateBuilder<PackedRecords>(parts.Sum(part => part.Batch.Entries.Length));
        foreach (var part in parts) entries.AddRange(part.Batch.Entries);
        return new LogBatchContainer(parts[0].StreamId, parts[0].Batch with { Entries = entries.MoveToImmutable() }, parts[^1].ReadNext);
    }

    public IEnumerable<Tuple<T, StreamSequenceToken>> GetEvents<T>() => _batch is T batch ? [Tuple.Create(batch, SequenceToken)] : [];

    public bool ImportRequestContext() => false;
}
