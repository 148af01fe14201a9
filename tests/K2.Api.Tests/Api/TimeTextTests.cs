using K2.Domain;

namespace K2.Api.Tests.Api;

public sealed class TimeTextTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("1723161000", 1_723_161_000_000_000)]
    [InlineData("1723161000123", 1_723_161_000_123_000)]
    [InlineData("1723161000123456", 1_723_161_000_123_456)]
    [InlineData("2024-08-08", 1_723_075_200_000_000)]
    [InlineData("2024-08-08T23:50", 1_723_161_000_000_000)]
    [InlineData("2024-08-08T23:50Z", 1_723_161_000_000_000)]
    [InlineData("2024-08-08 23:50:00", 1_723_161_000_000_000)]
    [InlineData("2024-08-08T23:50:00.123456Z", 1_723_161_000_123_456)]
    [InlineData("2024-08-08T23:50:00.1234569Z", 1_723_161_000_123_456)]
    [InlineData("2024-08-09T01:50:00.5+02:00", 1_723_161_000_500_000)]
    [InlineData("2024-08-08T23:50:00.123456", 1_723_161_000_123_456)]
    public void TryParse_Moment_IsExactMicroseconds(string text, long microseconds)
    {
        var read = TimeText.TryParse(text, out var time);

        Assert.Equal((true, microseconds), (read, time.Microseconds));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" 1")]
    [InlineData("1e9")]
    [InlineData("+1")]
    [InlineData("now")]
    [InlineData("2024-8-8")]
    [InlineData("2024-02-30")]
    [InlineData("2200-01-01T00:00:00Z")]
    public void TryParse_Other_IsRefused(string? text) => Assert.False(TimeText.TryParse(text, out _));
}
