namespace K2.Domain.Tests;

public sealed class ExactDivisionTests
{
    [Theory]
    [InlineData(10, 0, 4, 0, 1, 25)]
    [InlineData(1, 0, 3, 0, 4, 3333)]
    [InlineData(2, 0, 3, 0, 4, 6667)]
    [InlineData(1, 0, 8, 0, 2, 12)]
    [InlineData(3, 0, 8, 0, 2, 38)]
    [InlineData(-3, 0, 8, 0, 2, -38)]
    [InlineData(12_345, 5, 5, 3, 8, 2_469_000_000)]
    public void Divide_Rounds_HalfToEven(long numerator, int numeratorScale, long denominator, int denominatorScale, int scale, long expected) =>
        Assert.Equal((Int128)expected, ExactDivision.Divide(numerator, numeratorScale, denominator, denominatorScale, scale));

    [Fact]
    public void Divide_SumsBeyondADecimal_AreExact() => Assert.Equal((Int128)3, ExactDivision.Divide(Int128.MaxValue / 3 * 3, 18, Int128.MaxValue / 3, 18, 0));
}
