using K2.Abstractions.Log;
using K2.Domain.Log;

namespace K2.TestKit.Log;

/// <summary>What an <see cref="InMemoryLog"/> keeps when it is closed and opened again.</summary>
public sealed class InMemoryLogStore
{
    internal Lock Gate { get; } = new();

    internal Dictionary<string, StoredTopic> Topics { get; } = new(StringComparer.Ordinal);

    internal sealed class StoredTopic
    {
        public int Epoch { get; set; }

        public StoredPartition[] Partitions { get; set; } = [];
    }

    internal sealed class StoredPartition
    {
        public List<LogEntry> Entries { get; } = [];

        public LogPosition End { get; set; }

        public LogPosition Committed { get; set; }

        public TaskCompletionSource Changed { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
