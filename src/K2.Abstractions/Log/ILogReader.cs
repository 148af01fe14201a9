using K2.Domain.Log;

namespace K2.Abstractions.Log;

/// <summary>Reads one partition in order, from where it was opened. Not thread-safe: one read at a time.</summary>
public interface ILogReader : IAsyncDisposable
{
    /// <summary>Position after the last entry returned.</summary>
    LogPosition Position { get; }

    /// <summary>
    /// Returns the next entries, waiting for the first one. Only durable entries are returned. The list is empty when the wait ran out.
    /// </summary>
    /// <param name="maxBytes">Stop after the entry that passes this many payload bytes.</param>
    /// <param name="maxWait">How long to wait for the first entry; zero answers at once.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="CorruptRecordException">A durable entry fails its checksum.</exception>
    ValueTask<IReadOnlyList<LogEntry>> ReadAsync(int maxBytes, TimeSpan maxWait, CancellationToken cancellationToken);
}
