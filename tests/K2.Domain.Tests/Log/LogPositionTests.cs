using K2.Domain.Log;

namespace K2.Domain.Tests.Log;

public sealed class LogPositionTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(7, 123)]
    [InlineData(LogPosition.MaxEpoch, LogPosition.MaxOffset)]
    public void Create_EpochAndOffset_AreKept(int epoch, long offset)
    {
        var position = LogPosition.Create(epoch, offset);

        Assert.Equal((epoch, offset), (position.Epoch, position.Offset));
        Assert.True(position.Version >= 0);
        Assert.True(position > LogPosition.None);
        Assert.Equal($"{epoch}/{offset}", position.ToString());
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(LogPosition.MaxEpoch + 1, 0)]
    [InlineData(1, -1)]
    [InlineData(1, LogPosition.MaxOffset + 1)]
    public void Create_OutOfRange_Throws(int epoch, long offset) => Assert.Throws<ArgumentOutOfRangeException>(() => LogPosition.Create(epoch, offset));

    [Fact]
    public void Operators_HigherEpoch_StandsAboveEveryOffset()
    {
        var (low, high) = (LogPosition.Create(1, LogPosition.MaxOffset), LogPosition.Create(2, 0));

        Assert.True(low < high && high > low && low <= high && high >= low && low.CompareTo(high) < 0);
    }

    [Fact]
    public void Plus_Records_StaysInTheEpoch()
    {
        Assert.Equal(LogPosition.Create(3, 15), LogPosition.Create(3, 5).Plus(10));
        Assert.Throws<ArgumentOutOfRangeException>(() => LogPosition.Create(3, LogPosition.MaxOffset).Plus(1));
    }
}
