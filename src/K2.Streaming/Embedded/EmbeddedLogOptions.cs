using K2.Abstractions;
using K2.Abstractions.Log;

namespace K2.Streaming.Embedded;

/// <summary>How an embedded log stores and keeps its data.</summary>
public sealed class EmbeddedLogOptions
{
    /// <summary>The smallest <see cref="SegmentBytes"/>.</summary>
    public const long MinSegmentBytes = 4 * 1024;

    /// <summary>The largest <see cref="SegmentBytes"/>.</summary>
    public const long MaxSegmentBytes = 1L << 30;

    /// <summary>The most partitions of one topic.</summary>
    public const int MaxPartitions = 1024;

    /// <summary>The folder that holds the log and nothing else; it is created if it is missing, and locked while the log is open.</summary>
    public required string Folder { get; init; }

    /// <summary>The topics to append to and to read. A topic that the folder knows and this list does not keeps its data.</summary>
    public required IReadOnlyList<LogTopic> Topics { get; init; }

    /// <summary>
    /// Size in bytes at which a segment file is closed and the next one begun; 64 MiB by default, 4 KiB to 1 GiB. Smaller segments free disk
    /// earlier, larger ones mean fewer files. One append may exceed it.
    /// </summary>
    public long SegmentBytes { get; init; } = 64L << 20;

    /// <summary>
    /// Bytes of closed segments that are kept although everything in them is committed; 256 MiB by default, at least 0. Uncommitted data is
    /// kept whatever its size.
    /// </summary>
    public long RetainBytes { get; init; } = 256L << 20;

    /// <summary>Age at which a closed and wholly committed segment is deleted even below <see cref="RetainBytes"/>; null (the default) for never.</summary>
    public TimeSpan? RetainAge { get; init; }

    /// <summary>
    /// The most payload bytes taken into one write; 8 MiB by default, 64 KiB to 256 MiB. Further appends wait in the order of their calls. It
    /// bounds the write buffer and the time of one write.
    /// </summary>
    public int MaxPendingBytes { get; init; } = 8 << 20;

    /// <summary>Payload bytes of the newest entries that are kept in memory for readers at the end; 16 MiB by default, 0 to 1 GiB. Zero sends every reader to the disk.</summary>
    public int TailBytes { get; init; } = 16 << 20;

    /// <summary>Checks the options.</summary>
    /// <exception cref="StartupException">An option is outside its range; the message names it and the range.</exception>
    public void Validate()
    {
        Require(!string.IsNullOrWhiteSpace(Folder), "the log's folder is not set");
        Require(Topics is { Count: > 0 }, "the log has no topic");
        Require(Topics.Select(t => t.Name).Distinct(StringComparer.Ordinal).Count() == Topics.Count, "a topic of the log is listed twice");
        foreach (var topic in Topics)
        {
            Require(!string.IsNullOrWhiteSpace(topic.Name) && topic.Name.Length <= 249, $"the topic name '{topic.Name}' must have 1 to 249 characters");
            Require(topic.Partitions is >= 1 and <= MaxPartitions, $"topic {topic.Name} has {topic.Partitions} partitions; allowed are 1 to {MaxPartitions}");
        }

        Require(SegmentBytes is >= MinSegmentBytes and <= MaxSegmentBytes, $"SegmentBytes is {SegmentBytes}; allowed are {MinSegmentBytes} to {MaxSegmentBytes}");
        Require(RetainBytes >= 0, $"RetainBytes is {RetainBytes}; it must not be negative");
        Require(RetainAge is null || RetainAge >= TimeSpan.Zero, $"RetainAge is {RetainAge}; it must not be negative");
        Require(MaxPendingBytes is >= 64 << 10 and <= 256 << 20, $"MaxPendingBytes is {MaxPendingBytes}; allowed are {64 << 10} to {256 << 20}");
        Require(TailBytes is >= 0 and <= 1 << 30, $"TailBytes is {TailBytes}; allowed are 0 to {1 << 30}");
    }

    private static void Require(bool condition, string message)
    {
        if (!condition) throw new StartupException(message);
    }
}
