using K2.Abstractions;
using K2.Abstractions.Log;
using K2.Domain.Log;
using K2.TestKit.Log;

namespace K2.Streaming.Tests.Kafka;

/// <summary>The log in Kafka, on a mock cluster.</summary>
public sealed class KafkaLogConformanceTests : LogConformance, IDisposable
{
    private readonly KafkaFixture _kafka = new();

    protected override bool MovesKeys => false;

    protected override bool KeepsEntriesWhole => false;

    public void Dispose() => _kafka.Dispose();

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public async Task Open_OtherPartitionCountThanTheTopic_IsRefused(int partitions)
    {
        await (await OpenAsync()).DisposeAsync();

        var refused = await Assert.ThrowsAsync<StartupException>(() => OpenAsync([new LogTopic(Trades, partitions), new LogTopic(Raw, 1)], Seen(0, LogPosition.None)));

        Assert.Contains($"trades: has 4 partitions, configured are {partitions}", refused.Message, StringComparison.Ordinal);
    }

    protected override async Task<ILog> OpenAsync(IReadOnlyList<LogTopic> topics, IReadOnlyDictionary<(string Topic, int Partition), LogPosition> highestSeen) =>
        await _kafka.OpenAsync(_kafka.Options(topics, OpaqueMapper.Instance), highestSeen, Time);
}
