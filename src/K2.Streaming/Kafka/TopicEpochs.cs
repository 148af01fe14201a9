using K2.Domain.Log;

namespace K2.Streaming.Kafka;

/// <summary>The epochs of one topic: between Kafka's offsets and the platform's positions. An offset of Kafka is the offset of the position. Immutable.</summary>
internal sealed class TopicEpochs
{
    private readonly EpochRecord[] _records;

    private TopicEpochs(EpochRecord[] records) => _records = records;

    /// <summary>No epoch at all: the topic is new to the control topic.</summary>
    public static TopicEpochs Empty { get; } = new([]);

    /// <summary>The highest epoch; 0 if there is none.</summary>
    public int Latest => _records.Length == 0 ? 0 : _records[^1].Epoch;

    /// <summary>The recorded number of partitions; 0 if there is none.</summary>
    public int Partitions => _records.Length == 0 ? 0 : _records[^1].Partitions;

    /// <summary>Returns the epochs with one more, or the same object if that epoch is known.</summary>
    public TopicEpochs With(EpochRecord record) =>
        _records.Any(known => known.Epoch == record.Epoch) ? this : new TopicEpochs([.. _records.Append(record).OrderBy(one => one.Epoch)]);

    /// <summary>Returns the position of an offset: of the epochs that begin at or below it the highest.</summary>
    public LogPosition PositionOf(int partition, long offset)
    {
        var index = _records.Length - 1;
        while (index > 0 && _records[index].Starts[partition] > offset) index--;
        return LogPosition.Create(_records[index].Epoch, offset);
    }

    /// <summary>
    /// Returns the offset to read from for a position; 0 for one that is older than the epochs known. What a later epoch has taken over is
    /// read there.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The position is of an epoch that does not exist yet.</exception>
    public long OffsetOf(int partition, LogPosition position)
    {
        if (position.Epoch > Latest) throw new ArgumentOutOfRangeException(nameof(position), $"{position} is of an epoch that the log does not have; its latest is {Latest}");
        var index = Array.FindIndex(_records, record => record.Epoch == position.Epoch);
        if (index < 0) return 0;

        var offset = Math.Max(position.Offset, _records[index].Starts[partition]);
        for (var later = index + 1; later < _records.Length; later++) offset = Math.Min(offset, _records[later].Starts[partition]);
        return offset;
    }
}
