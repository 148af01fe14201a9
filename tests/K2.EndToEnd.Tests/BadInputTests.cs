using K2.EndToEnd.Tests.Running;

namespace K2.EndToEnd.Tests;

/// <summary>Bad input becomes a dead letter with its reason and original bytes, and the rest goes on.</summary>
public sealed class BadInputTests(BadInputRun run) : IClassFixture<BadInputRun>
{
    [Theory]
    [InlineData("broken-json", "broken-json")]
    [InlineData("missing-field", "missing-field")]
    [InlineData("unknown-symbol", "unknown-symbol")]
    [InlineData("price-zero", "price-not-positive")]
    [InlineData("price-negative", "price-not-positive")]
    [InlineData("price-40-digits", "price-too-large")]
    [InlineData("price-too-precise", "price-too-precise")]
    [InlineData("quantity-zero", "quantity-not-positive")]
    [InlineData("quantity-negative", "quantity-not-positive")]
    [InlineData("quantity-40-digits", "quantity-too-precise")]
    [InlineData("time-1970", "time-out-of-range")]
    [InlineData("time-2100", "time-out-of-range")]
    public void BadFrame_BecomesADeadLetter_WithReasonAndOriginalBytes(string name, string reason)
    {
        RunningSilo.EngineOrSkip();

        var letter = run.LetterOf(run.FrameOf(name));

        Assert.NotNull(letter);
        Assert.StartsWith(reason + "\t", letter, StringComparison.Ordinal);
    }

    [Fact]
    public void KnownIdWithAnotherPrice_BecomesAConflict_AndTheFirstTradeStays()
    {
        RunningSilo.EngineOrSkip();

        Assert.Single(run.LettersOf("id-conflict"));
        Assert.Contains("100\t100.25\n", run.Trades, StringComparison.Ordinal);
        Assert.Contains("conflicts 1", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void FrameOfTenMegabytes_IsKeptInPartWithItsLength()
    {
        RunningSilo.EngineOrSkip();

        var letter = Assert.Single(run.LettersOf("frame-too-big"));
        Assert.True(long.Parse(letter.Split('\t')[1], System.Globalization.CultureInfo.InvariantCulture) > 10 << 20);
    }

    [Fact]
    public void GoodTradesBetweenBadFrames_AreAllStoredOnce()
    {
        RunningSilo.EngineOrSkip();

        Assert.StartsWith("exit code 0", run.Output, StringComparison.Ordinal);
        Assert.Equal(BadInputRun.GoodTrades, run.Trades.Count(c => c == '\n'));
    }
}
