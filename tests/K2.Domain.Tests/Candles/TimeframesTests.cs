using CsCheck;
using K2.Domain.Candles;

namespace K2.Domain.Tests.Candles;

public sealed class TimeframesTests
{
    [Theory]
    [InlineData(Timeframe.OneMinute, "1m", 60)]
    [InlineData(Timeframe.FiveMinutes, "5m", 300)]
    [InlineData(Timeframe.FifteenMinutes, "15m", 900)]
    [InlineData(Timeframe.ThirtyMinutes, "30m", 1800)]
    [InlineData(Timeframe.OneHour, "1h", 3600)]
    [InlineData(Timeframe.OneDay, "1d", 86400)]
    public void All_Timeframe_HasNameAndLength(Timeframe timeframe, string name, int seconds)
    {
        Assert.Equal((name, seconds * 1_000_000L), (timeframe.ToName(), timeframe.LengthMicroseconds()));
        Assert.True(Timeframes.TryParse(name, out var read));
        Assert.Equal(timeframe, read);
        Assert.Equal((int)timeframe - 1, Timeframes.All.ToList().IndexOf(timeframe));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("1M")]
    [InlineData("2m")]
    public void TryParse_NoTimeframe_IsRefused(string? name) => Assert.False(Timeframes.TryParse(name, out _));

    [Fact]
    public void Unknown_Timeframe_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Timeframe.Unknown.ToName());
        Assert.Throws<ArgumentOutOfRangeException>(() => Timeframe.Unknown.LengthMicroseconds());
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(59_999_999, 0)]
    [InlineData(60_000_000, 60_000_000)]
    [InlineData(-1, -60_000_000)]
    [InlineData(-60_000_000, -60_000_000)]
    public void WindowStart_OneMinute_IsHalfOpen(long time, long expected) => Assert.Equal(expected, Timeframe.OneMinute.WindowStart(new Timestamp(time)).Microseconds);

    [Fact]
    public void WindowStart_AnyTime_HoldsTheTimeAndWindowsNest() =>
        Gen.Long[-4_000_000_000_000_000, 4_000_000_000_000_000].Sample(microseconds =>
        {
            var time = new Timestamp(microseconds);
            foreach (var timeframe in Timeframes.All)
            {
                var start = timeframe.WindowStart(time);
                Assert.InRange(microseconds - start.Microseconds, 0, timeframe.LengthMicroseconds() - 1);
                Assert.Equal(start, timeframe.WindowStart(Timeframe.OneMinute.WindowStart(time)));
            }
        });
}
