using K2.Domain.Instruments;
using K2.Domain.Trades;

namespace K2.Exchanges.Tests;

public sealed class InstrumentFileTests
{
    private const string Entry = "  - { exchange: binance, symbol: BTC/USDT, native: BTCUSDT, base: BTC, quote: USDT, price_scale: 8, quantity_scale: 8 }\n";

    [Fact]
    public void Load_FileOfTheProgram_HoldsTwelveAndTwiceElevenSymbols()
    {
        var table = InstrumentFile.Load(InstrumentFile.DefaultPath);

        Assert.Equal([12, 11, 11], table.All.GroupBy(i => i.Id.Exchange).Select(g => g.Count()));
        Assert.True(table.TryGetNative(Exchange.Kraken, "DOGE/USD", out var doge));
        Assert.Equal(("XDGUSD", "XDG/USD"), (doge.RestSymbol, doge.LegacySymbol));
        foreach (var native in new[] { "BTCUSDT", "ETHUSDT", "DOTUSDT" }) Assert.True(table.TryGetNative(Exchange.Binance, native, out _));
        Assert.All(table.All, i => Assert.Equal(TradeKind.Single, i.TradeKind));
    }

    [Fact]
    public void Parse_AggregateTrades_SetsTheKind() =>
        Assert.Equal(TradeKind.Aggregate, Assert.Single(InstrumentFile.Parse("instruments:\n" + Entry.Replace(" }", ", trades: aggregate }", StringComparison.Ordinal)).All).TradeKind);

    [Theory]
    [InlineData("", 1, "write one mapping")]
    [InlineData("instruments: []", 1, "no instruments")]
    [InlineData("instruments: 3", 1, "must be a list")]
    [InlineData("things: []", 1, "unknown key 'things'")]
    [InlineData("instruments:\n  - 3", 2, "must be a mapping")]
    [InlineData("instruments:\n  - { exchange: binance", 3, "no valid YAML")]
    [InlineData("instruments:\n  - { exchange: nyse, symbol: BTC/USDT }", 2, "unknown exchange 'nyse'")]
    [InlineData("instruments:\n  - { symbol: BTC/USDT }", 2, "'exchange' is missing")]
    public void Parse_WrongText_NamesLineAndRemedy(string text, long line, string problem)
    {
        var error = Assert.Throws<InstrumentFileException>(() => InstrumentFile.Parse(text, "my.yaml"));

        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.StartsWith("my.yaml", error.Message, StringComparison.Ordinal);
        Assert.True(error.Line == line, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("price_scale: 8", "price_scale: 19", "'price_scale' must be a whole number from 0 to 18")]
    [InlineData("price_scale: 8", "price_scale: -1", "'price_scale' must be a whole number from 0 to 18")]
    [InlineData("price_scale: 8", "price_scale: 12", "sum to more than 18")]
    [InlineData("price_scale: 8", "price_scales: 8", "unknown key 'price_scales'")]
    [InlineData("symbol: BTC/USDT", "symbol: BTCUSDT", "is no symbol")]
    [InlineData("symbol: BTC/USDT", "symbol: btc/usdt", "is no symbol")]
    [InlineData("base: BTC", "base: ETH", "make them agree")]
    [InlineData("native: BTCUSDT", "native: \"BTC USDT\"", "printable ASCII")]
    [InlineData("quantity_scale: 8", "quantity_scale: 8, trades: both", "must be single or aggregate")]
    [InlineData("native: BTCUSDT", "native: [a]", "'native' must be a text")]
    public void Parse_WrongEntry_NamesLineAndRemedy(string part, string replacement, string problem)
    {
        var text = "instruments:\n\n" + Entry.Replace(part, replacement, StringComparison.Ordinal);

        var error = Assert.Throws<InstrumentFileException>(() => InstrumentFile.Parse(text));

        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.Equal(3, error.Line);
    }

    [Fact]
    public void Parse_SameSymbolTwice_NamesBothLines()
    {
        var error = Assert.Throws<InstrumentFileException>(() => InstrumentFile.Parse("instruments:\n" + Entry + Entry));

        Assert.Contains("already on line 2", error.Message, StringComparison.Ordinal);
        Assert.Equal(3, error.Line);
    }

    [Fact]
    public void Load_MissingFile_IsOneLine()
    {
        var error = Assert.Throws<InstrumentFileException>(() => InstrumentFile.Load("/does/not/exist.yaml"));

        Assert.Contains("/does/not/exist.yaml", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }
}
