using System.Text;
using K2.Abstractions;
using K2.Abstractions.Log;
using K2.Domain.Log;
using K2.Streaming.Kafka;

namespace K2.Streaming.Tests.Kafka;

public sealed class EpochTests
{
    private static readonly LogTopic Topic = new("t", 2);
    private static readonly TopicEpochs Two = TopicEpochs.Empty.With(new EpochRecord("t", 3, 2, [0, 0])).With(new EpochRecord("t", 5, 2, [100, 40]));

    [Theory]
    [InlineData(0, 0, 3)]
    [InlineData(0, 99, 3)]
    [InlineData(0, 100, 5)]
    [InlineData(1, 39, 3)]
    [InlineData(1, 41, 5)]
    public void PositionOf_Offset_IsInTheEpochThatHoldsIt(int partition, long offset, int epoch) => Assert.Equal(LogPosition.Create(epoch, offset), Two.PositionOf(partition, offset));

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 7, 0)]
    [InlineData(3, 7, 7)]
    [InlineData(3, 100, 100)]
    [InlineData(3, 500, 100)]
    [InlineData(4, 7, 0)]
    [InlineData(5, 7, 100)]
    [InlineData(5, 500, 500)]
    public void OffsetOf_Position_IsWhereItsRecordsAre(int epoch, long offset, long expected) => Assert.Equal(expected, Two.OffsetOf(0, LogPosition.Create(epoch, offset)));

    [Fact]
    public void OffsetOf_LaterEpochBeganLower_StartsThere() =>
        Assert.Equal(0, Two.With(new EpochRecord("t", 6, 2, [0, 0])).OffsetOf(0, LogPosition.Create(5, 300)));

    [Fact]
    public void OffsetOf_EpochThatDoesNotExist_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => Two.OffsetOf(0, LogPosition.Create(6, 0)));

    [Fact]
    public void With_TheSameEpochAgain_KeepsTheFirst() => Assert.Equal(3, Two.With(new EpochRecord("t", 5, 2, [0, 0])).PositionOf(0, 50).Epoch);

    [Fact]
    public void Plan_NewTopic_BeginsAboveWhatWasSeen()
    {
        Assert.Equal(1, EpochPlan.For(Topic, TopicEpochs.Empty, Seen(), [0, 0], [-1, -1])!.Epoch);

        var record = EpochPlan.For(Topic, TopicEpochs.Empty, Seen((1, LogPosition.Create(7, 9))), [50, 60], [10, -1])!;
        Assert.Equal((8, 2), (record.Epoch, record.Partitions));
        Assert.Equal([0, 0], record.Starts); // What is in the topic counts as new.
    }

    [Fact]
    public void Plan_AllIsThere_GoesOn()
    {
        Assert.Null(EpochPlan.For(Topic, Two, Seen((0, LogPosition.Create(5, 119)), (1, LogPosition.Create(3, 900))), [120, 40], [120, 40]));
        Assert.Null(EpochPlan.For(Topic, Two, Seen((0, LogPosition.Create(4, 999))), [100, 40], [-1, -1]));
    }

    [Fact]
    public void Plan_SeenAtOrAboveTheEnd_BeginsAnEpochAtTheEnd()
    {
        var record = EpochPlan.For(Topic, Two, Seen((0, LogPosition.Create(5, 120))), [120, 45], [-1, -1])!;

        Assert.Equal(6, record.Epoch);
        Assert.Equal([120, 45], record.Starts);
        Assert.Equal(10, EpochPlan.For(Topic, Two, Seen((1, LogPosition.Create(9, 0))), [120, 45], [-1, -1])!.Epoch);
    }

    [Fact]
    public void Plan_CommittedAboveTheEnd_BeginsAnEpoch() => Assert.Equal(6, EpochPlan.For(Topic, Two, Seen(), [120, 45], [100, 46])!.Epoch);

    [Fact]
    public void Plan_OtherNumberOfPartitions_IsRefused() =>
        Assert.Contains("recorded with 2 partitions", Assert.Throws<StartupException>(() => EpochPlan.For(new LogTopic("t", 3), Two, Seen(), [0, 0, 0], [-1, -1, -1])).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"topic":"t","epoch":2,"partitions":1,"starts":[5]}""", true)]
    [InlineData("""{"topic":"t","epoch":2,"partitions":2,"starts":[5]}""", false)]
    [InlineData("""{"topic":"t","epoch":0,"partitions":1,"starts":[5]}""", false)]
    [InlineData("""{"topic":"t","epoch":2,"partitions":1,"starts":[-5]}""", false)]
    [InlineData("""{"epoch":2}""", false)]
    [InlineData("no JSON", false)]
    [InlineData("null", false)]
    public void Parse_Value_IsARecordOrNull(string value, bool isRecord) => Assert.Equal(isRecord, EpochJournal.Parse(Encoding.UTF8.GetBytes(value)) is { Epoch: 2, Starts: [5] });

    private static Dictionary<int, LogPosition> Seen(params (int Partition, LogPosition Position)[] seen) => seen.ToDictionary(one => one.Partition, one => one.Position);
}
