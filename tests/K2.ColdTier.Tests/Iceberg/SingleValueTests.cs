using System.Numerics;
using System.Text;
using CsCheck;
using K2.ColdTier.Iceberg;

namespace K2.ColdTier.Tests.Iceberg;

public sealed class SingleValueTests
{
    [Fact]
    public void KnownValues_HaveTheSpecifiedBytes()
    {
        Assert.Equal([0x22, 0x01, 0, 0], SingleValue.OfInt(0x122));
        Assert.Equal([0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], SingleValue.OfLong(-2));
        Assert.Equal([1], SingleValue.OfBoolean(true));
        Assert.Equal([0], SingleValue.OfDecimal(0));
        Assert.Equal([0x00, 0x80], SingleValue.OfDecimal(128));
        Assert.Equal([0x80], SingleValue.OfDecimal(-128));
        Assert.Equal([0x05, 0x7D], SingleValue.OfDecimal(1405));
    }

    [Fact]
    public void Decimal_ComesBack() =>
        Gen.Select(Gen.Long, Gen.Long).Sample((high, low) =>
        {
            var value = new Int128(unchecked((ulong)high), unchecked((ulong)low));
            Assert.Equal((BigInteger)value, new BigInteger(SingleValue.OfDecimal(value), isUnsigned: false, isBigEndian: true));
        });

    [Fact]
    public void BoundsOfText_EncloseIt() =>
        Gen.String[0, 40].Where(text => text.EnumerateRunes().All(rune => rune != Rune.ReplacementChar)).Sample(text =>
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            Assert.True(SingleValue.LowerOfString(text).AsSpan().SequenceCompareTo(bytes) <= 0);
            Assert.True(SingleValue.UpperOfString(text) is not { } upper || upper.AsSpan().SequenceCompareTo(bytes) >= 0);
        });

    [Fact]
    public void BoundsOfBytes_EncloseThem() =>
        Gen.Byte.Array[0, 40].Sample(bytes =>
        {
            Assert.True(SingleValue.LowerOfBinary(bytes).AsSpan().SequenceCompareTo(bytes) <= 0);
            Assert.True(SingleValue.UpperOfBinary(bytes) is not { } upper || upper.AsSpan().SequenceCompareTo(bytes) >= 0);
        });

    [Fact]
    public void UpperBound_ThatCannotBeRaised_IsLeftOut()
    {
        Assert.Null(SingleValue.UpperOfBinary(Enumerable.Repeat((byte)255, 17).ToArray()));
        Assert.Null(SingleValue.UpperOfString(string.Concat(Enumerable.Repeat("\U0010FFFF", 17))));
        Assert.Equal(Encoding.UTF8.GetBytes(new string('a', 15) + "b"), SingleValue.UpperOfString(new string('a', 17)));
    }
}
