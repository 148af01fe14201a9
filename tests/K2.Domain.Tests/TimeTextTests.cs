namespace K2.Domain.Tests;

public sealed class TimeTextTests
{
    [Theory]
    [InlineData("2024-08-08", 1_723_075_200_000_000)]
    [InlineData("2024-08-08T23:54:15.342Z", 1_723_161_255_342_000)]
    [InlineData("2024-08-09T01:54:15.342+02:00", 1_723_161_255_342_000)]
    [InlineData("2024-08-08 23:54", 1_723_161_240_000_000)]
    [InlineData("2024-08-08T00:00:00.1234567Z", 1_723_075_200_123_456)]
    [InlineData("1723161255", 1_723_161_255_000_000)]
    [InlineData("1723161255342", 1_723_161_255_342_000)]
    [InlineData("1723161255342001", 1_723_161_255_342_001)]
    [InlineData("0", 0)]
    public void TryParse_Time_IsRead(string text, long microseconds)
    {
        Assert.True(TimeText.TryParse(text, out var time));
        Assert.Equal(microseconds, time.Microseconds);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("yesterday")]
    [InlineData("-5")]
    [InlineData("2024-13-01")]
    [InlineData("1969-12-31T23:59:59Z")]
    [InlineData("2200-01-01")]
    [InlineData("99999999999999999999")]
    [InlineData("100000000000000000")]
    public void TryParse_NoTime_IsRefused(string? text) => Assert.False(TimeText.TryParse(text, out _));
}
