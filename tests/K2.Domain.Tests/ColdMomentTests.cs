namespace K2.Domain.Tests;

public sealed class ColdMomentTests
{
    [Theory]
    [InlineData("0", 0L)]
    [InlineData("7543973955931708879", 7543973955931708879L)]
    [InlineData("1723161255", 1723161255L)]
    public void TryParse_WholeNumber_IsASnapshot(string text, long id)
    {
        Assert.True(ColdMoment.TryParse(text, out var moment));
        Assert.Equal(ColdMoment.OfSnapshot(id), moment);
        Assert.Equal(text, moment.ToString());
    }

    [Theory]
    [InlineData("2024-08-08", "2024-08-08T00:00:00.000000Z")]
    [InlineData("2024-08-09T01:54:15.342+02:00", "2024-08-08T23:54:15.342000Z")]
    public void TryParse_Time_IsTheStateAtIt(string text, string shown)
    {
        Assert.True(ColdMoment.TryParse(text, out var moment));
        Assert.Null(moment.SnapshotId);
        Assert.Equal(shown, moment.ToString());
        Assert.True(ColdMoment.TryParse(shown, out var again));
        Assert.Equal(moment, again);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("latest")]
    [InlineData("9223372036854775808")]
    public void TryParse_AnythingElse_IsNone(string? text) => Assert.False(ColdMoment.TryParse(text, out _));
}
