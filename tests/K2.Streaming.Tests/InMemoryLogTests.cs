using K2.Abstractions.Log;
using K2.Domain.Log;
using K2.TestKit.Log;

namespace K2.Streaming.Tests;

public sealed class InMemoryLogTests : LogConformance
{
    private readonly InMemoryLogStore _store = new();

    protected override Task<ILog> OpenAsync(IReadOnlyList<LogTopic> topics, IReadOnlyDictionary<(string Topic, int Partition), LogPosition> highestSeen) =>
        Task.FromResult<ILog>(new InMemoryLog(topics, _store, Time, highestSeen));
}
