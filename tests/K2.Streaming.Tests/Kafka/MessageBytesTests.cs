using Confluent.Kafka;
using CsCheck;
using K2.Streaming.Kafka;

namespace K2.Streaming.Tests.Kafka;

public sealed class MessageBytesTests
{
    [Fact]
    public void Deserialize_KeysAgain_AreOneArray()
    {
        IDeserializer<byte[]> keys = new MessageBytes();

        var (one, other, again) = (keys.Deserialize([1, 2], false, default), keys.Deserialize([2, 1], false, default), keys.Deserialize([1, 2], false, default));

        Assert.Equal((byte[])[1, 2], one);
        Assert.Equal((byte[])[2, 1], other);
        Assert.Same(one, again);
        Assert.Empty(keys.Deserialize([], true, default));
    }

    [Fact]
    public void Deserialize_MoreKeysThanAreKept_StayRight()
    {
        IDeserializer<byte[]> keys = new MessageBytes();
        for (var number = 0; number < 10_000; number++) Assert.Equal(BitConverter.GetBytes(number), keys.Deserialize(BitConverter.GetBytes(number), false, default));
    }

    [Fact]
    public void Deserialize_ValuesOfAnySize_KeepTheirBytesWhenOthersFollow() => Gen.Byte.Array[0, 12_000].List[1, 60].Sample(values =>
    {
        IDeserializer<ReadOnlyMemory<byte>?> bytes = new MessageBytes();
        var taken = values.ConvertAll(value => bytes.Deserialize(value, false, default));
        Assert.Null(bytes.Deserialize([], true, default));
        for (var i = 0; i < values.Count; i++) Assert.Equal(values[i], taken[i]!.Value.ToArray());
    }, iter: 200);
}
