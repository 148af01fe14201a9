using K2.Domain.Candles;

namespace K2.Domain.Tests.Candles;

public sealed class CandleIntervalTests
{
    [Theory]
    [InlineData("1m", "1m", Timeframe.OneMinute, 1)]
    [InlineData("2m", "2m", Timeframe.OneMinute, 2)]
    [InlineData("60m", "1h", Timeframe.OneHour, 1)]
    [InlineData("10m", "10m", Timeframe.FiveMinutes, 2)]
    [InlineData("45m", "45m", Timeframe.FifteenMinutes, 3)]
    [InlineData("90m", "90m", Timeframe.ThirtyMinutes, 3)]
    [InlineData("4h", "4h", Timeframe.OneHour, 4)]
    [InlineData("24h", "1d", Timeframe.OneDay, 1)]
    [InlineData("3d", "3d", Timeframe.OneDay, 3)]
    [InlineData("7d", "7d", Timeframe.OneDay, 7)]
    [InlineData("1w", "1w", Timeframe.OneDay, 7)]
    [InlineData("52w", "52w", Timeframe.OneDay, 364)]
    [InlineData("527040m", "366d", Timeframe.OneDay, 366)]
    public void TryParse_AnInterval_FindsTheLongestTimeframeThatDividesIt(string text, string name, Timeframe source, int ratio)
    {
        Assert.True(CandleInterval.TryParse(text, out var interval));

        Assert.Equal((name, source, ratio), (interval.Name, interval.Source, interval.Ratio));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("0m")]
    [InlineData("01m")]
    [InlineData("-1m")]
    [InlineData("1s")]
    [InlineData("1M")]
    [InlineData("1 m")]
    [InlineData("1.5h")]
    [InlineData("367d")]
    [InlineData("53w")]
    [InlineData("9999999m")]
    [InlineData("99999999999m")]
    public void TryParse_Otherwise_False(string? text) => Assert.False(CandleInterval.TryParse(text, out _));

    [Theory]
    [InlineData("4h", "2024-08-08T23:59:59Z", "2024-08-08T20:00:00.000000Z")]
    [InlineData("3d", "2024-08-08T12:00:00Z", "2024-08-06T00:00:00.000000Z")]
    [InlineData("1w", "2024-08-08T12:00:00Z", "2024-08-05T00:00:00.000000Z")]
    [InlineData("1w", "2024-08-05T00:00:00Z", "2024-08-05T00:00:00.000000Z")]
    [InlineData("1w", "1970-01-02T00:00:00Z", "1969-12-29T00:00:00.000000Z")]
    [InlineData("7d", "2024-08-08T12:00:00Z", "2024-08-08T00:00:00.000000Z")]
    public void WindowStart_OfAMoment_IsAlignedInUtc(string name, string time, string start)
    {
        Assert.True(CandleInterval.TryParse(name, out var interval));
        Assert.True(TimeText.TryParse(time, out var moment));

        Assert.Equal(start, interval.WindowStart(moment).ToString());
        Assert.Equal(moment.ToString() == start, interval.NextStart(moment) == moment);
    }
}
