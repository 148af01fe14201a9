using CsCheck;

namespace K2.Domain.Tests;

public sealed class TimestampTests
{
    [Fact]
    public void FromMilliseconds_Time_IsExact()
    {
        Assert.Equal(new Timestamp(1_723_161_255_342_000), Timestamp.FromMilliseconds(1_723_161_255_342));
        Assert.Throws<OverflowException>(() => Timestamp.FromMilliseconds(long.MaxValue));
    }

    [Theory]
    [InlineData(1999, 1)]
    [InlineData(1000, 1)]
    [InlineData(999, 0)]
    [InlineData(0, 0)]
    [InlineData(-1, -1)]
    [InlineData(-1000, -1)]
    [InlineData(-1001, -2)]
    public void FromNanoseconds_Time_IsFloored(long nanoseconds, long expected) => Assert.Equal(expected, Timestamp.FromNanoseconds(nanoseconds).Microseconds);

    [Theory]
    [InlineData(19, 1)]
    [InlineData(0, 0)]
    [InlineData(-1, -1)]
    [InlineData(-10, -1)]
    [InlineData(-11, -2)]
    public void From_Date_IsFloored(long ticksAfterEpoch, long expected) => Assert.Equal(expected, Timestamp.From(DateTimeOffset.UnixEpoch.AddTicks(ticksAfterEpoch)).Microseconds);

    [Fact]
    public void From_OtherTimeZone_IsUtc() => Assert.Equal(Timestamp.FromMilliseconds(0), Timestamp.From(new DateTimeOffset(1970, 1, 1, 2, 0, 0, TimeSpan.FromHours(2))));

    [Fact]
    public void ToDateTime_AnyTime_IsTheInverse() =>
        Gen.Long[-60_000_000_000_000_000, 250_000_000_000_000_000].Sample(microseconds =>
        {
            var date = new Timestamp(microseconds).ToDateTime();

            Assert.Equal(DateTimeKind.Utc, date.Kind);
            Assert.Equal(microseconds, Timestamp.From(date).Microseconds);
        });

    [Fact]
    public void ToDateTime_BeyondTheCalendar_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => new Timestamp(300_000_000_000_000_000).ToDateTime());

    [Fact]
    public void ToString_Time_IsIso8601WithMicroseconds() => Assert.Equal("2024-08-08T23:54:15.342000Z", Timestamp.FromMilliseconds(1_723_161_255_342).ToString());

    [Fact]
    public void Add_ThenSince_IsTheSpan()
    {
        var start = new Timestamp(5);

        Assert.Equal(TimeSpan.FromMicroseconds(-7), start.Add(TimeSpan.FromMicroseconds(-7)).Since(start));
        Assert.Throws<OverflowException>(() => new Timestamp(long.MaxValue).Add(TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void Operators_TwoMoments_CompareByTime()
    {
        var (early, late, same) = (new Timestamp(1), new Timestamp(2), new Timestamp(2));

        Assert.True(early < late && late > early && late >= same && late <= same && early.CompareTo(late) < 0);
        Assert.False(late < same || late > same || early >= late || late <= early);
    }
}
