using K2.Domain.Log;

namespace K2.Abstractions.Log;

/// <summary>
/// A durable, partitioned, append-only log of keyed batches with one committed position per partition.
/// The embedded log and the Kafka log pass one conformance suite. Thread-safe.
/// </summary>
public interface ILog : IAsyncDisposable
{
    /// <summary>The topics, as configured.</summary>
    IReadOnlyList<LogTopic> Topics { get; }

    /// <summary>Returns the partition of a key, by a documented stable hash (murmur2 as the Java client of Kafka has it).</summary>
    int PartitionOf(string topic, string key);

    /// <summary>
    /// Appends batches and completes when all of them are durable. Calls may overlap; the batches of one key become readable in the order of
    /// the calls. After an exception some batches may be in the log: the caller appends all of them again, and readers drop repeats by identity.
    /// </summary>
    /// <returns>The position of each batch's first record, in the order given.</returns>
    /// <exception cref="ArgumentException">A batch is nothing that the topic can ever hold, or too large. Nothing of the call is appended.</exception>
    Task<IReadOnlyList<LogPosition>> AppendAsync(IReadOnlyList<LogAppend> batches, CancellationToken cancellationToken);

    /// <summary>
    /// Opens a reader at a position. A position in an older epoch, or below <see cref="EarliestAsync"/>, starts at the earliest entry;
    /// one in the middle of an entry starts with that entry or, in a log that stores single records, with what is left of it from the position on.
    /// </summary>
    ILogReader OpenReader(string topic, int partition, LogPosition from);

    /// <summary>Returns the position of the earliest entry still kept (equal to the end if there is none).</summary>
    ValueTask<LogPosition> EarliestAsync(string topic, int partition, CancellationToken cancellationToken);

    /// <summary>Returns the position that the next durable record will get.</summary>
    ValueTask<LogPosition> EndAsync(string topic, int partition, CancellationToken cancellationToken);

    /// <summary>Returns the committed position: everything below it is durable downstream. <see cref="LogPosition.None"/> if none was committed.</summary>
    ValueTask<LogPosition> CommittedAsync(string topic, int partition, CancellationToken cancellationToken);

    /// <summary>Commits that everything below a position is durable downstream. A lower position than the committed one changes nothing.</summary>
    ValueTask CommitAsync(string topic, int partition, LogPosition next, CancellationToken cancellationToken);
}
