using K2.Abstractions;
using K2.Abstractions.Log;
using K2.Streaming.Kafka;

namespace K2.Streaming.Tests.Kafka;

public sealed class KafkaTopicsTests
{
    private static readonly KafkaLogOptions Options = new()
    {
        BootstrapServers = "localhost:9092",
        Topics = [new LogTopic("t", 12), new LogTopic("u", 1)],
        Mappers = new Dictionary<string, IRecordMapper> { ["t"] = WordMapper.Instance, ["u"] = WordMapper.Instance },
        TopicRetention = new Dictionary<string, KafkaRetention> { ["u"] = new(null, 1 << 20) },
    };

    [Fact]
    public void Wanted_Options_GiveEachTopicItsSettings()
    {
        var wanted = KafkaTopics.Wanted(Options);

        Assert.Equal(new TopicSettings(12, 7L * 24 * 3600 * 1000, -1, "delete"), wanted["t"]);
        Assert.Equal(new TopicSettings(1, -1, 1 << 20, "delete"), wanted["u"]);
        Assert.Equal(new TopicSettings(1, -1, -1, "delete"), wanted["k2.log.epochs"]);
        Assert.Equal(3, wanted.Count);
    }

    [Fact]
    public void Differences_AsWanted_AreNone() => Assert.Empty(KafkaTopics.Differences(KafkaTopics.Wanted(Options), KafkaTopics.Wanted(Options)));

    [Fact]
    public void Differences_SeveralTopics_AreAllListed()
    {
        var actual = new Dictionary<string, TopicSettings>
        {
            ["t"] = new(6, 86_400_000, 5, "compact"),
            ["k2.log.epochs"] = new(1, 604_800_000, -1, "delete"),
            ["of somebody else"] = new(3, 1, 1, "delete"),
        };

        var differences = KafkaTopics.Differences(KafkaTopics.Wanted(Options), actual);

        Assert.Equal(
            [
                "t: has 6 partitions, configured are 12; keys cannot be moved, so the number of a topic in use is final",
                "t: retention.ms is 86400000, wanted is 604800000",
                "t: retention.bytes is 5, wanted is -1",
                "t: cleanup.policy is compact, wanted is delete",
                "u: does not exist",
                "k2.log.epochs: retention.ms is 604800000, wanted is -1",
            ],
            differences);
        var refused = Assert.Throws<StartupException>(() => KafkaTopics.Refuse(differences));
        Assert.All(differences, line => Assert.Contains(line, refused.Message, StringComparison.Ordinal));
    }
}
