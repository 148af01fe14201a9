using K2.Simulator.Replay;

namespace K2.Exchanges.Tests.Simulator;

public sealed class ReplaySpeedTests
{
    [Theory]
    [InlineData("max", "max")]
    [InlineData("MAX", "max")]
    [InlineData("1", "1")]
    [InlineData("0.5", "0.5")]
    [InlineData("1000000", "1000000")]
    public void TryParse_Speed_IsRead(string text, string shown)
    {
        Assert.True(ReplaySpeed.TryParse(text, out var speed));
        Assert.Equal(shown, speed.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1000001")]
    [InlineData("0.0001")]
    [InlineData("fast")]
    public void TryParse_NoSpeed_IsRefused(string? text) => Assert.False(ReplaySpeed.TryParse(text, out _));

    [Fact]
    public void Times_OutOfRange_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => ReplaySpeed.Times(0));
}
