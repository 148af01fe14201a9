using System.Text.Json;
using CsCheck;
using K2.Api.Tests.Hosting;
using K2.Contracts.Http;
using K2.Contracts.Symbols;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Trades;

namespace K2.Api.Tests.Api;

public sealed class ApiJsonTests
{
    [Fact]
    public void Decimal_AnyMantissaAndScale_PassesUnchanged() =>
        Gen.Select(Gen.Long, Gen.Int[0, 18]).Sample((mantissa, scale) =>
        {
            var view = Samples.Trade(0).Trade.ToView(Samples.Btc) with { Price = FixedPoint.ToDecimal(mantissa, scale) };
            var json = JsonSerializer.Serialize(view, ApiJson.Default.TradeView);
            return json.Contains($"\"price\":\"{FixedPoint.Format(mantissa, scale)}\"", StringComparison.Ordinal) && JsonSerializer.Deserialize(json, ApiJson.Default.TradeView) == view;
        });

    [Theory]
    [InlineData("1.500", "1.5")]
    [InlineData("100", "100")]
    [InlineData("0.000", "0")]
    [InlineData("-0.0", "0")]
    [InlineData("0.000000000000000001", "0.000000000000000001")]
    public void Format_Decimal_IsTheShortestPlainText(string value, string text) =>
        Assert.Equal(text, DecimalTextConverter.Format(decimal.Parse(value, System.Globalization.CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData("1.5")]
    [InlineData("\"1e3\"")]
    [InlineData("\"\"")]
    [InlineData("\"1,5\"")]
    [InlineData("null")]
    public void Read_DecimalOfOtherForm_IsRefused(string price)
    {
        var json = JsonSerializer.Serialize(Samples.Trade(0).Trade.ToView(Samples.Btc), ApiJson.Default.TradeView).Replace("\"61837.63\"", price, StringComparison.Ordinal);

        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(json, ApiJson.Default.TradeView));
    }

    [Fact]
    public void WireNames_OfStoredEnums_AreFixed()
    {
        Assert.Equal(["UNKNOWN", "BUY", "SELL"], Enum.GetValues<TakerSide>().Select(WireNames.ToWire));
        Assert.Equal(["unknown", "live", "snapshot", "backfill", "replay", "simulated"], Enum.GetValues<TradeSource>().Select(WireNames.ToWire));
        Assert.Equal(["unknown", "no", "yes"], Enum.GetValues<Completeness>().Select(WireNames.ToWire));
        Assert.Equal(["unknown", "single", "aggregate"], Enum.GetValues<TradeKind>().Select(WireNames.ToWire));
    }
}
