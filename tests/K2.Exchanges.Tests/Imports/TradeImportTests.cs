using System.Globalization;
using System.IO.Compression;
using System.Text;
using CsCheck;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;
using K2.Exchanges.Gaps;
using K2.Exchanges.Imports;
using K2.TestKit;

namespace K2.Exchanges.Tests.Imports;

public sealed class TradeImportTests
{
    private static readonly Instrument Btc = new(InstrumentId.Create(Exchange.Binance, "BTC/USDT"), "BTCUSDT", "BTC", "USDT", 8, 8);
    private static readonly Instrument Bch = new(InstrumentId.Create(Exchange.Kraken, "BCH/EUR"), "BCH/EUR", "BCH", "EUR", 8, 8);
    private readonly TestSink _sink = new();
    private readonly FeedKeeper _keeper;
    private readonly TradeImport _import;

    public TradeImportTests()
    {
        _keeper = new FeedKeeper([(Btc, null), (Bch, null)], _sink);
        _import = new TradeImport(_keeper, TimeProvider.System);
    }

    [Fact]
    public async Task Finish_IdsBetweenTheFileAndTheFirstOwnTrade_AreAGapThatNobodyAskedFor()
    {
        await ImportAsync(Btc, "1000,1.5,1,1.5,1700000000000,True,True\n1001,1.5,1,1.5,1700000001000,True,True\n");
        await _import.TakeAsync(Btc, "other", TradeFileFormat.BinanceTrades, 1, Encoding.UTF8.GetBytes("1005,1.5,1,1.5,1700000009000,True,True\n"), TestContext.Current.CancellationToken);
        // An open gap is being asked for; only what lies outside of it is named.
        var open = _sink.Records("BTC/USDT").Count(record => record.Kind == RecordKind.GapOpened);
        await _import.TakeAsync(Btc, "third", TradeFileFormat.BinanceTrades, 1, Encoding.UTF8.GetBytes("900,1.5,1,1.5,1600000000000,True,True\n"), TestContext.Current.CancellationToken);

        var missing = await _import.FinishAsync(Btc, TestContext.Current.CancellationToken);
        var again = await _import.FinishAsync(Btc, TestContext.Current.CancellationToken);

        Assert.Equal((99, 99, 1), (missing, again, open));
        var lost = _sink.Records("BTC/USDT").Last(record => record.Kind == RecordKind.GapGivenUp);
        Assert.Equal((901, 999, GapReason.NotRequested, GapCause.History), (lost.FirstId, lost.LastId, lost.Reason, lost.Cause));
    }

    [Fact]
    public async Task Take_TradesOfBinance_EqualThePublishedOnes()
    {
        var path = SharedFiles.TryFind("trades/binance-spot-btcusdt-trades-2024-08-08.csv.gz");
        Assert.SkipWhen(path is null, "../shared/trades is not here");
        var rows = Rows(path).Select(line => line.Split(',')).ToList();
        var dump = string.Concat(rows.Select(row => $"{row[0]},{row[1]},{row[2]},0.0,{row[3]},{(row[4] == "true" ? "True" : "False")},True\n"));

        var first = await ImportAsync(Btc, dump);
        var second = await ImportAsync(Btc, dump);

        Assert.Equal((9757L, 0L, 0L), (first.Taken, first.Known, first.Bad));
        Assert.Equal((0L, 9757L, 0L), (second.Taken, second.Known, second.Bad));
        Assert.Equal(
            rows.Select(row => (row[0], decimal.Parse(row[1], CultureInfo.InvariantCulture), decimal.Parse(row[2], CultureInfo.InvariantCulture), row[3], row[4] == "true")),
            _sink.TradesOf("BTC/USDT").Select(trade => (
                trade.TradeId.ToString(CultureInfo.InvariantCulture), FixedPoint.ToDecimal(trade.Price.Mantissa, 8), FixedPoint.ToDecimal(trade.Quantity.Mantissa, 8),
                (trade.ExchangeTime.Microseconds / 1000).ToString(CultureInfo.InvariantCulture), trade.Side == TakerSide.Sell)));
    }

    [Fact]
    public async Task Take_TimeAndSalesOfKraken_EveryRowOnceWithIdsThatRiseWithTime()
    {
        var path = SharedFiles.TryFind("trades/kraken-bcheur-timesales-2023q1.csv");
        Assert.SkipWhen(path is null, "../shared/trades is not here");
        var text = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);

        var first = await ImportAsync(Bch, text);
        var second = await ImportAsync(Bch, text);

        Assert.Equal((148L, 0L, 0L), (first.Taken, first.Known, first.Bad));
        Assert.Equal((0L, 148L), (second.Taken, second.Known));
        var trades = _sink.TradesOf("BCH/EUR").ToList();
        Assert.All(trades, trade => Assert.True(AnonymousTrades.Contains(trade.TradeId) && trade.Side == TakerSide.Unknown));
        Assert.Equal(trades.Select(trade => trade.ExchangeTime), trades.OrderBy(trade => trade.TradeId).Select(trade => trade.ExchangeTime).Order());
        Assert.DoesNotContain(_sink.Records("BCH/EUR"), record => record.Kind == RecordKind.GapOpened);
    }

    [Fact]
    public async Task Take_TimeAndSalesBesideTheExchangesOwnTrades_LeavesOutWhatWouldCountTwice()
    {
        var own = InstrumentTrade(5_000_000, 1_700_000_010);
        await _keeper.AcceptAsync(Batch(own), TestContext.Current.CancellationToken);

        var counts = await ImportAsync(Bch, "1700000000,100.5,1.5\n1700000000,100.5,2\n1700000010,100,1\n1700000020,100,1\n");
        await _keeper.AcceptAsync(Batch(InstrumentTrade(5_000_001, 1_700_000_030)), TestContext.Current.CancellationToken);

        Assert.Equal((2L, 2L), (counts.Taken, counts.Overlapping));
        Assert.DoesNotContain(_sink.Records("BCH/EUR"), record => record.Kind is RecordKind.GapOpened or RecordKind.TradeIdsRestarted);
    }

    [Fact]
    public async Task Take_FileBeforeTheFirstLiveTrade_OpensNoGapAcrossTheMadeIds()
    {
        await ImportAsync(Bch, "1700000000,100.5,1.5\n1700000001,100.5,2\n");

        await _keeper.AcceptAsync(Batch(InstrumentTrade(5_000_000, 1_700_000_010), InstrumentTrade(5_000_003, 1_700_000_011)), TestContext.Current.CancellationToken);

        var gap = Assert.Single(_sink.Records("BCH/EUR"), record => record.Kind == RecordKind.GapOpened);
        Assert.Equal((5_000_001L, 5_000_002L), (gap.FirstId, gap.LastId));
    }

    [Theory]
    [InlineData("1,2.5,1,2.5,1735689600000123,True,True\n", 1735689600000123, "Sell")]
    [InlineData("1,2.5,1,2.5,1723161255342,false,true\r\n", 1723161255342000, "Buy")]
    [InlineData("id,price,qty,quote_qty,time,is_buyer_maker,is_best_match\n1,2.5,1,2.5,1723161255342,true,true", 1723161255342000, "Sell")]
    public async Task Take_LineOfBinance_HasItsTimeInMicroseconds(string lines, long microseconds, string side)
    {
        var counts = await ImportAsync(Btc, lines);

        var trade = Assert.Single(_sink.TradesOf("BTC/USDT"));
        Assert.Equal((1L, 0L), (counts.Taken, counts.Bad));
        Assert.Equal((microseconds, side), (trade.ExchangeTime.Microseconds, trade.Side.ToString()));
    }

    [Theory]
    [InlineData("x,2.5,1,2.5,1723161255342,True,True", RejectReasons.WrongType)]
    [InlineData("2,-2.5,1,2.5,1723161255342,True,True", RejectReasons.PriceNotPositive)]
    [InlineData("2,2.5,0,2.5,1723161255342,True,True", RejectReasons.QuantityNotPositive)]
    [InlineData("2,2.5,1,2.5,12,True,True", RejectReasons.TimeOutOfRange)]
    [InlineData("2,2.5,1,2.5,99999999999999999999,True,True", RejectReasons.TimeOutOfRange)]
    [InlineData("2,2.5,1,2.5,1723161255342,maybe,True", RejectReasons.SideMalformed)]
    [InlineData("2,2.5,1", RejectReasons.MissingField)]
    [InlineData("2,2.5,1;2.5,1723161255342,True,True", RejectReasons.UnknownMessage)]
    public async Task Take_BadLine_IsADeadLetterAndCostsNoOther(string line, string reason)
    {
        var counts = await _import.TakeAsync(Btc, "file", TradeFileFormat.BinanceTrades, 1, Encoding.UTF8.GetBytes($"1,2.5,1,2.5,1723161255342,True,True\n{line}\n3,2.5,1,2.5,1723161255343,True,True\n"), TestContext.Current.CancellationToken);

        Assert.Equal((2L, 1L), (counts.Taken, counts.Bad));
        var letter = Assert.Single(_sink.Batches.SelectMany(batch => batch.Rejected));
        Assert.Equal((reason, 2L, line), (letter.Reason, letter.Sequence, Encoding.UTF8.GetString(letter.Original.Span)));
    }

    [Fact]
    public async Task Take_FileOfAnotherKind_IsRefusedInWords()
    {
        var refused = await Assert.ThrowsAsync<ArgumentException>(() => ImportAsync(Bch, "1,2.5,1,2.5,1723161255342,True,True\n"));

        Assert.Contains("is not of Binance", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AnyFile_GivesEveryLineOnceAndKeepsOneTimeTogether()
    {
        Gen.Select(Gen.Int[1, 60_000], Gen.Int[1, 400]).Sample(
            (lines, perTime) =>
            {
                var text = string.Concat(Enumerable.Range(0, lines).Select(i => $"{1_600_000_000 + (i / perTime)},100.25,{i + 1}\n"));
                var chunks = TradeFileReader.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(text))).ToBlockingEnumerable().ToList();
                var back = string.Concat(chunks.Select(chunk => Encoding.UTF8.GetString(chunk.Lines)));
                var times = chunks.ConvertAll(chunk => (First: First(chunk.Lines), Last: Last(chunk.Lines)));
                return back == text && chunks.All(chunk => chunk.Lines.Length <= TradeFile.MaxChunkBytes)
                    && chunks.Zip(chunks.Skip(1)).All(pair => pair.Second.FirstLine == pair.First.FirstLine + pair.First.Lines.Count(c => c == '\n'))
                    && times.Zip(times.Skip(1)).All(pair => pair.First.Last != pair.Second.First);
            },
            iter: 20);
    }

    private static string First(byte[] lines) => Encoding.UTF8.GetString(lines).Split(',')[0];

    private static string Last(byte[] lines) => Encoding.UTF8.GetString(lines).TrimEnd('\n').Split('\n')[^1].Split(',')[0];

    private static Trade InstrumentTrade(long id, long seconds) => Gaps.InstrumentTrades.Trade(id) with { ExchangeTime = Timestamp.FromMilliseconds(seconds * 1000), ReceivedTime = Timestamp.FromMilliseconds(seconds * 1000) };

    private static FrameBatch Batch(params Trade[] trades) => new()
    {
        Exchange = Exchange.Kraken,
        Origin = "c1",
        IsReplay = false,
        Frames = [],
        Records = [new InstrumentRecords(Bch, [.. trades.Select(trade => LogRecord.OfTrade(trade))])],
        Rejected = [],
        TradeFrames = 1,
        Trades = trades.Length,
    };

    private static IEnumerable<string> Rows(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        reader.ReadLine();
        while (reader.ReadLine() is { } line) yield return line;
    }

    private async Task<ImportCounts> ImportAsync(Instrument instrument, string text)
    {
        var sum = new ImportCounts(0, 0, 0, 0);
        await foreach (var chunk in TradeFileReader.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), TestContext.Current.CancellationToken))
        {
            var counts = await _import.TakeAsync(instrument, "file", chunk.Format, chunk.FirstLine, chunk.Lines, TestContext.Current.CancellationToken);
            sum = new ImportCounts(sum.Taken + counts.Taken, sum.Known + counts.Known, sum.Overlapping + counts.Overlapping, sum.Bad + counts.Bad);
        }

        return sum;
    }
}
