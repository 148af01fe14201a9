using K2.Domain.Instruments;

namespace K2.Domain.Tests.Instruments;

public sealed class InstrumentIdTests
{
    [Theory]
    [InlineData("BTC/USDT")]
    [InlineData("BTC-USDT")]
    [InlineData("btc/usdt")]
    [InlineData("Btc-Usdt")]
    public void Create_AnySpelling_IsCanonical(string symbol)
    {
        var id = InstrumentId.Create(Exchange.Binance, symbol);

        Assert.Equal(("BTC/USDT", "BTC-USDT", "binance:BTC/USDT"), (id.Symbol, id.UrlSymbol, id.ToString()));
        Assert.Equal(InstrumentId.Create(Exchange.Binance, "BTC/USDT"), id);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("BTC")]
    [InlineData("/USDT")]
    [InlineData("BTC/")]
    [InlineData("A/B/C")]
    [InlineData("A-B/C")]
    [InlineData("BTC USDT/X")]
    [InlineData("BTÇ/USDT")]
    [InlineData("BTC/USDT\n")]
    [InlineData("ABCDEFGHIJABCDEFGHIJ/ABCDEFGHIJABCDEFGHIJ")]
    public void TryCreate_NoSymbol_IsRefused(string? symbol)
    {
        Assert.False(InstrumentId.TryCreate(Exchange.Binance, symbol, out var id));
        Assert.Equal(default, id);
        Assert.Throws<ArgumentException>(() => InstrumentId.Create(Exchange.Binance, symbol!));
    }

    [Theory]
    [InlineData(Exchange.Unknown)]
    [InlineData((Exchange)99)]
    public void TryCreate_NoExchange_IsRefused(Exchange exchange) => Assert.False(InstrumentId.TryCreate(exchange, "BTC/USDT", out _));

    [Fact]
    public void Parse_WhatToStringWrites_IsTheSame()
    {
        foreach (var exchange in ExchangeNames.All)
        {
            var id = InstrumentId.Create(exchange, "1INCH.X/USD_T");
            Assert.Equal(id, InstrumentId.Parse(id.ToString()));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("binance")]
    [InlineData(":BTC/USDT")]
    [InlineData("nyse:BTC/USDT")]
    [InlineData("unknown:BTC/USDT")]
    [InlineData("binance:BTC")]
    [InlineData("binance:kraken:BTC/USDT")]
    public void TryParse_NoInstrument_IsRefused(string? text)
    {
        Assert.False(InstrumentId.TryParse(text, out _));
        Assert.Throws<FormatException>(() => InstrumentId.Parse(text!));
    }

    [Fact]
    public void ToString_Default_IsEmpty() => Assert.Equal("", default(InstrumentId).ToString());

    [Fact]
    public void ExchangeNames_EveryExchange_HasOneNameThatIsRead()
    {
        foreach (var exchange in Enum.GetValues<Exchange>().Where(exchange => exchange != Exchange.Unknown))
        {
            Assert.Contains(exchange, ExchangeNames.All);
            Assert.True(ExchangeNames.TryParse(exchange.ToName().ToUpperInvariant(), out var read));
            Assert.Equal(exchange, read);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => Exchange.Unknown.ToName());
    }
}
