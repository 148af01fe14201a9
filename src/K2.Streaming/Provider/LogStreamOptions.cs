using K2.Abstractions;
using K2.Abstractions.Log;

namespace K2.Streaming.Provider;

/// <summary>Which topics of the log become Orleans streams, and with which bounds.</summary>
public sealed class LogStreamOptions
{
    /// <summary>The topics whose keys become streams. One queue is one partition of one topic; a key must not be in two topics.</summary>
    public IReadOnlyList<LogTopic> Topics { get; set; } = [];

    /// <summary>Namespace of the streams; a stream's id is (namespace, key). <c>trades</c> by default.</summary>
    public string Namespace { get; set; } = "trades";

    /// <summary>Payload bytes at which a read of a partition ends; 1 MiB by default, 1 KiB to 64 MiB. Larger reads pack better, smaller ones bound memory finer.</summary>
    public int MaxReadBytes { get; set; } = 1 << 20;

    /// <summary>Payload bytes of one delivery: what waits for a slow consumer is joined up to here. 1 MiB by default, 1 KiB to 64 MiB.</summary>
    public int MaxDeliveryBytes { get; set; } = 1 << 20;

    /// <summary>
    /// Bytes of one queue's cache at which the partition is read no further until consumers have caught up; 32 MiB by default, 1 KiB to 4 GiB.
    /// One read may exceed it.
    /// </summary>
    public long MaxCacheBytes { get; set; } = 32L << 20;

    /// <summary>How long a read waits for the first entry; 500 ms by default, 1 ms to 30 s. Commits do not wait for it.</summary>
    public TimeSpan LongPoll { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Pause between two looks at a queue that has nothing to read or a full cache; 10 ms by default, 1 ms to 10 s.</summary>
    public TimeSpan Period { get; set; } = TimeSpan.FromMilliseconds(10);

    /// <summary>First pause before a failed delivery, read or commit is tried again; it doubles up to <see cref="MaxRetryPause"/>. 50 ms by default.</summary>
    public TimeSpan MinRetryPause { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Longest pause before a retry; 1 s by default, at most 1 minute.</summary>
    public TimeSpan MaxRetryPause { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Faults that tests put in to prove that they would be seen.</summary>
    internal LogStreamFault Fault { get; set; }

    /// <summary>Checks the options.</summary>
    /// <exception cref="StartupException">An option is outside its range; the message names it and the range.</exception>
    public void Validate()
    {
        Require(Topics is { Count: > 0 }, "the stream provider has no topic");
        Require(Topics.Select(topic => topic.Name).Distinct(StringComparer.Ordinal).Count() == Topics.Count, "a topic of the stream provider is listed twice");
        Require(Topics.All(topic => topic.Partitions >= 1), "a topic of the stream provider has no partition");
        Require(!string.IsNullOrWhiteSpace(Namespace), "the stream provider's namespace is not set");
        Require(MaxReadBytes is >= 1 << 10 and <= 64 << 20, $"MaxReadBytes is {MaxReadBytes}; allowed are 1 KiB to 64 MiB");
        Require(MaxDeliveryBytes is >= 1 << 10 and <= 64 << 20, $"MaxDeliveryBytes is {MaxDeliveryBytes}; allowed are 1 KiB to 64 MiB");
        Require(MaxCacheBytes is >= 1 << 10 and <= 4L << 30, $"MaxCacheBytes is {MaxCacheBytes}; allowed are 1 KiB to 4 GiB");
        Require(LongPoll >= TimeSpan.FromMilliseconds(1) && LongPoll <= TimeSpan.FromSeconds(30), $"LongPoll is {LongPoll}; allowed are 1 ms to 30 s");
        Require(Period >= TimeSpan.FromMilliseconds(1) && Period <= TimeSpan.FromSeconds(10), $"Period is {Period}; allowed are 1 ms to 10 s");
        Require(MinRetryPause > TimeSpan.Zero && MinRetryPause <= MaxRetryPause, $"MinRetryPause is {MinRetryPause}; allowed is above zero up to MaxRetryPause");
        Require(MaxRetryPause <= TimeSpan.FromMinutes(1), $"MaxRetryPause is {MaxRetryPause}; allowed is up to 1 minute");
    }

    private static void Require(bool condition, string message)
    {
        if (!condition) throw new StartupException(message);
    }
}
