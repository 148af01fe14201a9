using K2.Domain.Instruments;
using K2.Domain.Tests.Support;

namespace K2.Domain.Tests.Instruments;

public sealed class InstrumentTableTests
{
    [Fact]
    public void TryGet_BothNames_FindTheInstrument()
    {
        var table = new InstrumentTable([Some.Instrument]);

        Assert.True(table.TryGet(Some.Instrument.Id, out var byId));
        Assert.True(table.TryGetNative(Exchange.Binance, "BTCUSDT", out var byNative));

        Assert.Same(byId, byNative);
        Assert.False(table.TryGetNative(Exchange.Binance, "btcusdt", out _));
        Assert.False(table.TryGetNative(Exchange.Kraken, "BTCUSDT", out _));
        Assert.False(table.TryGet(InstrumentId.Create(Exchange.Kraken, "BTC/USDT"), out _));
    }

    [Fact]
    public void Constructor_SameNameTwice_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => new InstrumentTable([Some.Instrument, Some.Instrument with { NativeSymbol = "X" }]));
        Assert.Throws<ArgumentException>(() => new InstrumentTable([Some.Instrument, Some.Instrument with { Id = InstrumentId.Create(Exchange.Binance, "A/B") }]));
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, -1)]
    [InlineData(10, 9)]
    [InlineData(19, 0)]
    public void Constructor_ScalesOutOfRange_AreRefused(int price, int quantity) =>
        Assert.Throws<ArgumentException>(() => new InstrumentTable([Some.Instrument with { PriceScale = price, QuantityScale = quantity }]));

    [Theory]
    [InlineData(18, 0)]
    [InlineData(8, 10)]
    public void Constructor_ScalesAtTheLimit_AreTaken(int price, int quantity) =>
        Assert.Single(new InstrumentTable([Some.Instrument with { PriceScale = price, QuantityScale = quantity }]).All);
}
