using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using CsCheck;
using K2.Domain;
using K2.Domain.Trades;
using K2.TestKit;

namespace K2.Exchanges.Tests.Binance;

public sealed class BinanceFrameParserTests
{
    [Fact]
    public void Parse_Trade_GivesEveryField()
    {
        var result = Some.Parse(Some.TradeFrame);

        Assert.Equal(FrameKind.Trades, result.Kind);
        var trade = Assert.Single(result.Trades.ToArray()).Trade;
        Assert.Equal(3735683259, trade.TradeId);
        Assert.Equal(3735683259, trade.FirstTradeId);
        Assert.Equal(3735683259, trade.LastTradeId);
        Assert.Equal(TradeKind.Single, trade.Kind);
        Assert.Equal(new Price(6183763000000), trade.Price);
        Assert.Equal(new Quantity(2000000), trade.Quantity);
        Assert.Equal(TakerSide.Sell, trade.Side);
        Assert.Equal(Timestamp.FromMilliseconds(1723161255342), trade.ExchangeTime);
        Assert.Equal(Some.Received, trade.ReceivedTime);
        Assert.Equal(TradeSource.Live, trade.Source);
    }

    [Fact]
    public void Parse_AggregateTrade_GivesItsRange()
    {
        var trade = Assert.Single(Some.Parse(Some.AggregateFrame, TradeKind.Aggregate).Trades.ToArray()).Trade;

        Assert.Equal(665076760, trade.TradeId);
        Assert.Equal(745522877, trade.FirstTradeId);
        Assert.Equal(745522879, trade.LastTradeId);
        Assert.Equal(3, trade.Count);
        Assert.Equal(TakerSide.Buy, trade.Side);
        Assert.Equal(TradeKind.Aggregate, trade.Kind);
    }

    [Theory]
    [InlineData("""{"e":"trade","E":1723161255343,"s":"BTCUSDT","t":1,"p":"61837.63","q":"0.02","T":1723161255342,"m":false,"M":true}""")]
    [InlineData("""{"stream":"btcusdt@trade","data":{"e":"trade","E":1723161255343,"s":"BTCUSDT","t":1,"p":"61837.63","q":"0.02","b":88,"a":50,"T":1723161255342,"m":false,"M":true}}""")]
    [InlineData(""" { "data" : { "m" : false, "T":1723161255342, "q":"0.02000000", "p":"61837.630", "t":1, "s":"BTCUSDT", "e":"trade", "new":{"x":[1,2]} }, "stream":"btcusdt@trade" } """)]
    [InlineData("""{"data":{"e":"trade","s":"BTCUSDT","t":1,"p":"61837.6300000000000","q":"00.02","T":1723161255342,"m":false}}""")]
    public void Parse_OtherLayouts_GiveTheSameTrade(string frame)
    {
        var trade = Assert.Single(Some.Parse(frame).Trades.ToArray()).Trade;

        Assert.Equal((1L, 6183763000000L, 2000000L, TakerSide.Buy), (trade.TradeId, trade.Price.Mantissa, trade.Quantity.Mantissa, trade.Side));
    }

    [Theory]
    [InlineData("", RejectReasons.BrokenJson)]
    [InlineData("x", RejectReasons.BrokenJson)]
    [InlineData("[]", RejectReasons.BrokenJson)]
    [InlineData("{\"stream\":\"btcusdt@trade\",\"data\":{\"e\":\"tra", RejectReasons.BrokenJson)]
    [InlineData("{} {}", RejectReasons.BrokenJson)]
    [InlineData("{}", RejectReasons.UnknownMessage)]
    [InlineData("""{"hello":"world"}""", RejectReasons.UnknownMessage)]
    [InlineData("""{"stream":"btcusdt@trade","data":{"E":1}}""", RejectReasons.MissingField)]
    [InlineData("""{"e":1}""", RejectReasons.WrongType)]
    public void Parse_NoMessage_IsRejected(string frame, string reason)
    {
        var result = Some.Parse(frame);

        Assert.Equal((FrameKind.Rejected, reason), (result.Kind, result.Reason));
        Assert.NotEmpty(result.Detail);
    }

    [Theory]
    [InlineData("\"t\":3735683259,", "", RejectReasons.MissingField)]
    [InlineData("\"p\":\"61837.63000000\",", "", RejectReasons.MissingField)]
    [InlineData("\"T\":1723161255342,", "", RejectReasons.MissingField)]
    [InlineData("\"m\":true,", "", RejectReasons.MissingField)]
    [InlineData("\"s\":\"BTCUSDT\",", "", RejectReasons.MissingField)]
    [InlineData("\"p\":\"61837.63000000\"", "\"p\":61837.63", RejectReasons.WrongType)]
    [InlineData("\"t\":3735683259", "\"t\":\"3735683259\"", RejectReasons.WrongType)]
    [InlineData("\"t\":3735683259", "\"t\":1.5", RejectReasons.WrongType)]
    [InlineData("\"t\":3735683259", "\"t\":99999999999999999999", RejectReasons.WrongType)]
    [InlineData("\"m\":true", "\"m\":\"true\"", RejectReasons.WrongType)]
    [InlineData("\"m\":true", "\"m\":true,\"m\":false", RejectReasons.DuplicateField)]
    [InlineData("BTCUSDT", "FOOUSDT", RejectReasons.UnknownSymbol)]
    [InlineData("BTCUSDT", "btcusdt", RejectReasons.UnknownSymbol)]
    [InlineData("61837.63000000", "0.00000000", RejectReasons.PriceNotPositive)]
    [InlineData("61837.63000000", "-1", RejectReasons.PriceNotPositive)]
    [InlineData("61837.63000000", "1.123456789", RejectReasons.PriceTooPrecise)]
    [InlineData("61837.63000000", "1234567890123456789012345678901234567890", RejectReasons.PriceTooLarge)]
    [InlineData("61837.63000000", "92233720369", RejectReasons.PriceTooLarge)]
    [InlineData("61837.63000000", "abc", RejectReasons.PriceMalformed)]
    [InlineData("61837.63000000", "1e5", RejectReasons.PriceMalformed)]
    [InlineData("61837.63000000", ".5", RejectReasons.PriceMalformed)]
    [InlineData("61837.63000000", "", RejectReasons.PriceMalformed)]
    [InlineData("0.02000000", "0", RejectReasons.QuantityNotPositive)]
    [InlineData("0.02000000", "-0.5", RejectReasons.QuantityNotPositive)]
    [InlineData("0.02000000", "0.000000001", RejectReasons.QuantityTooPrecise)]
    [InlineData("0.02000000", "9999999999999999999999999999999999999999", RejectReasons.QuantityTooLarge)]
    [InlineData("0.02000000", "1,5", RejectReasons.QuantityMalformed)]
    [InlineData("\"T\":1723161255342", "\"T\":0", RejectReasons.TimeOutOfRange)]
    [InlineData("\"T\":1723161255342", "\"T\":4102444800000", RejectReasons.TimeOutOfRange)]
    [InlineData("\"T\":1723161255342", "\"T\":-1", RejectReasons.TimeOutOfRange)]
    [InlineData("\"T\":1723161255342", "\"T\":9223372036854775807", RejectReasons.TimeOutOfRange)]
    [InlineData("\"T\":1723161255342", "\"T\":-9223372036854775808", RejectReasons.TimeOutOfRange)]
    [InlineData("\"T\":1723161255342", "\"T\":1723161255342000", RejectReasons.TimeOutOfRange)]
    [InlineData("\"t\":3735683259", "\"t\":-1", RejectReasons.IdOutOfRange)]
    public void Parse_DamagedTrade_IsRejectedWithItsReason(string part, string replacement, string reason)
    {
        var frame = Some.TradeFrame.Replace(part, replacement, StringComparison.Ordinal);

        var result = Some.Parse(frame);

        Assert.Equal((FrameKind.Rejected, reason), (result.Kind, result.Reason));
        Assert.NotEmpty(result.Detail);
        Assert.True(result.Trades.IsEmpty);
    }

    [Fact]
    public void Parse_AggregateWithReversedRange_IsRejected() =>
        Assert.Equal(RejectReasons.IdOutOfRange, Some.Parse(Some.AggregateFrame.Replace("745522877", "745522880", StringComparison.Ordinal), TradeKind.Aggregate).Reason);

    [Fact]
    public void Parse_InvalidUtf8_IsRejected()
    {
        var bytes = Encoding.UTF8.GetBytes(Some.TradeFrame);
        bytes[20] = 0xFF;

        Assert.Equal(RejectReasons.InvalidUtf8, Some.Parse(bytes).Reason);
    }

    [Fact]
    public void Parse_TenMegabytesOfOpenBrackets_IsRejected() => Assert.Equal(RejectReasons.BrokenJson, Some.Parse(Encoding.UTF8.GetBytes("{\"a\":" + new string('[', 10_000_000))).Reason);

    [Fact]
    public void Parse_OtherTradeKind_IsIgnoredAsSuch()
    {
        Assert.Equal(IgnoredKind.OtherTradeKind, Some.Parse(Some.AggregateFrame).Ignored);
        Assert.Equal(IgnoredKind.OtherTradeKind, Some.Parse(Some.TradeFrame, TradeKind.Aggregate).Ignored);
    }

    [Theory]
    [InlineData("""{"stream":"btcusdt@kline_1m","data":{"e":"kline","E":1617566591776,"s":"BTCUSDT","k":{"t":1,"T":2,"f":3,"L":4}}}""")]
    [InlineData("""{"stream":"btcusdt@bookTicker","data":{"u":400900217,"s":"BTCUSDT","b":"25.3","B":"31.2","a":"25.3","A":"40.6"}}""")]
    public void Parse_OtherStreams_AreIgnored(string frame) => Assert.Equal((FrameKind.Ignored, IgnoredKind.OtherStream), (Some.Parse(frame).Kind, Some.Parse(frame).Ignored));

    [Theory]
    [InlineData("""{"result":null,"id":7}""", ControlKind.Accepted, 7)]
    [InlineData("""{"result":["btcusdt@trade"],"id":8}""", ControlKind.Accepted, 8)]
    [InlineData("""{"error":{"code":2,"msg":"Invalid request"},"id":9}""", ControlKind.Refused, 9)]
    [InlineData("""{"code":3,"msg":"Invalid JSON"}""", ControlKind.Refused, -1)]
    [InlineData("""{"error":{"code":3,"msg":"Invalid JSON"},"id":null}""", ControlKind.Refused, -1)]
    [InlineData("""{"e":"serverShutdown","E":1770123456789}""", ControlKind.Shutdown, -1)]
    [InlineData("""{"event":{"e":"serverShutdown","E":1770123456789}}""", ControlKind.Shutdown, -1)]
    public void Parse_ControlMessages_AreUnderstood(string frame, ControlKind control, long id)
    {
        var result = Some.Parse(frame);

        Assert.Equal((FrameKind.Control, control, id), (result.Kind, result.Control, result.RequestId));
    }

    [Fact]
    public void Parse_TradeCapture_EqualsTheIndependentFiles()
    {
        var trades = ParseCapture(Some.Capture(Some.BinanceTrades), TradeKind.Single, out var ignored);

        Assert.Equal(0, ignored);
        Assert.Equal(15_863, trades.Count);
        foreach (var (native, slot) in new[] { ("btcusdt", 0), ("ethusdt", 1) })
        {
            var expected = ReadTrades($"trades/binance-spot-{native}-trades-2024-08-08.csv.gz");
            var actual = trades.Where(t => t.Slot == slot).OrderBy(t => t.Trade.TradeId).Select(t => Row(t.Trade)).ToList();
            Assert.Equal(expected, actual);
        }
    }

    [Fact]
    public void Parse_AggregateCapture_Gives1910TradesAnd118Klines()
    {
        var trades = ParseCapture(Some.Capture(Some.BinanceAggregates), TradeKind.Aggregate, out var ignored);

        Assert.Equal(1910, trades.Count);
        Assert.Equal(118, ignored);
        Assert.Equal([1227, 506, 177], trades.GroupBy(t => t.Slot).OrderBy(g => g.Key).Select(g => g.Count()));
    }

    [Fact]
    public void Parse_MutatedFrames_NeverThrowAndBothReadersAgree()
    {
        byte[][] seeds = [.. new[] { Some.TradeFrame, Some.AggregateFrame, """{"result":["a@b"],"id":1}""", """{"error":{"code":2,"msg":"x"},"id":1}""" }.Select(Encoding.UTF8.GetBytes)];
        var parser = Some.Parser();
        var mutation = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 400], Gen.Byte, Gen.Int[0, 8]);
        var frames = Gen.Select(Gen.Int[0, seeds.Length - 1].Select(i => seeds[i]), mutation.Array[0, 4]).Select(Mutate);

        frames.Sample(
            frame =>
            {
                FrameResult fast = new(), slow = new();
                parser.Parse(frame, Some.Received, TradeSource.Live, fast);
                parser.ParseAny(frame, Some.Received, TradeSource.Live, slow);
                return (fast.Kind, fast.Reason, fast.Control, fast.Ignored) == (slow.Kind, slow.Reason, slow.Control, slow.Ignored) && fast.Trades.SequenceEqual(slow.Trades);
            },
            iter: 100_000,
            threads: 1);
    }

    [Fact]
    public void Parse_RandomBytes_NeverThrows() =>
        Gen.Byte.Array[0, 300].Sample(bytes => Some.Parse(bytes).Kind == FrameKind.Rejected, iter: 5_000, threads: 1);

    private static byte[] Mutate(byte[] seed, (int Kind, int Place, byte Value, int Count)[] mutations)
    {
        var bytes = seed.ToList();
        foreach (var (kind, place, value, count) in mutations)
        {
            if (bytes.Count == 0) break;
            var index = place % bytes.Count;
            switch (kind)
            {
                case 0: bytes[index] = value; break;
                case 1: bytes.RemoveRange(index, Math.Min(count, bytes.Count - index)); break;
                case 2: bytes.InsertRange(index, bytes.Skip(index).Take(count).ToList()); break;
                default: bytes.Insert(index, (byte)"0123456789-.eE\"{}[],:\\tu "[value % 25]); break;
            }
        }

        return [.. bytes];
    }

    private static List<ParsedTrade> ParseCapture(string path, TradeKind kind, out int ignored)
    {
        var parser = Some.Parser(kind);
        var result = new FrameResult();
        var trades = new List<ParsedTrade>();
        ignored = 0;
        foreach (var line in File.ReadLines(path))
        {
            using var json = JsonDocument.Parse(line);
            var received = Timestamp.FromNanoseconds(json.RootElement.GetProperty("recv_ns").GetInt64());
            parser.Parse(Encoding.UTF8.GetBytes(json.RootElement.GetProperty("frame").GetString()!), received, TradeSource.Replay, result);
            Assert.NotEqual(FrameKind.Rejected, result.Kind);
            trades.AddRange(result.Trades);
            if (result.Kind == FrameKind.Ignored) ignored++;
        }

        return trades;
    }

    private static string Row(in Trade trade) =>
        string.Create(CultureInfo.InvariantCulture, $"{trade.TradeId},{trade.Price.Mantissa / 100000000m:F8},{trade.Quantity.Mantissa / 100000000m:F8},{trade.ExchangeTime.Microseconds / 1000},{(trade.Side == TakerSide.Sell ? "true" : "false")},{trade.ReceivedTime.Microseconds}");

    private static List<string> ReadTrades(string relative)
    {
        var path = SharedFiles.TryFind(relative);
        Assert.SkipWhen(path is null, SharedFiles.Missing);
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path!), CompressionMode.Decompress));
        var rows = new List<string>();
        reader.ReadLine();
        while (reader.ReadLine() is { } line) rows.Add(line[..^3]);
        return rows;
    }
}
