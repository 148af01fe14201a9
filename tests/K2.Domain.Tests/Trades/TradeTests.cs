using CsCheck;
using K2.Domain.Tests.Support;
using K2.Domain.Trades;

namespace K2.Domain.Tests.Trades;

public sealed class TradeTests
{
    [Fact]
    public void QuoteVolume_AnyTrade_IsTheExactProduct() =>
        Gen.Select(Gen.Long, Gen.Long).Sample((price, quantity) => Assert.Equal((Int128)price * quantity, Some.TradeOf(1, 1, price, quantity).QuoteVolume));

    [Fact]
    public void Count_Aggregate_IsTheSpanOfIds() => Assert.Equal(4, (Some.TradeOf(9, 1) with { FirstTradeId = 11, LastTradeId = 14 }).Count);

    [Fact]
    public void Price_TwoPrices_CompareByMantissa()
    {
        var (low, high) = (new Price(1), new Price(2));

        Assert.True(low < high && high > low && low <= high && high >= low && low.CompareTo(high) < 0);
        Assert.False(high < low || low > high || high <= low || low >= high);
    }
}
