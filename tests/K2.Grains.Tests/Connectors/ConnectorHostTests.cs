using System.Net;
using System.Net.Sockets;
using K2.Abstractions;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;
using K2.Abstractions.Warehouse;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;
using K2.Exchanges.Binance;
using K2.Grains.Connectors;
using K2.TestKit;
using K2.TestKit.Log;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Grains.Tests.Connectors;

/// <summary>When a connector may begin: a symbol without a checkpoint can have records in the log of a silo that died before its first flush.</summary>
public sealed class ConnectorHostTests : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);
    private static readonly string Topic = TopicNames.Trades(Exchange.Binance);
    private readonly ArmedTimeProvider _time = new();
    private readonly PipelineCounters _counters = new();
    private readonly TcpListener _exchange = new(IPAddress.Loopback, 0);
    private readonly InMemoryLog _log = new([new LogTopic(Topic, 1)]);
    private readonly FakeWarehouse _warehouse = new();

    public ConnectorHostTests() => _exchange.Start();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _exchange.Dispose();
        _counters.Dispose();
    }

    [Fact]
    public async Task StartAsync_RecordsInTheLogAndNoCheckpoint_ConnectsOnlyBehindThem()
    {
        var end = await AppendAsync();
        await using var host = Host();

        var polling = _time.WhenArmed(due => due == Poll);
        var starting = host.StartAsync(Exchange.Binance, [Some.Instrument.Id.Symbol]);
        await polling;
        Assert.False(_exchange.Pending() || starting.IsCompleted);
        await FlushAsync(end);
        _time.Advance(Poll);
        await starting.WaitAsync(TimeSpan.FromSeconds(15), Token);

        using var connection = await AcceptAsync();
    }

    [Fact]
    public async Task StartAsync_RecordsAreAppliedRightBehindTheFirstLook_BeginsWithWhatTheyMade()
    {
        var end = await AppendAsync();
        _warehouse.BehindRead = () => FlushAsync(end);
        await using var host = Host();

        await host.StartAsync(Exchange.Binance, [Some.Instrument.Id.Symbol]).WaitAsync(TimeSpan.FromSeconds(15), Token);

        // Begun with "no checkpoint", the hole between its ids and the next trade would be nobody's.
        Assert.Equal([false, true], _warehouse.CheckpointLooks);
        using var connection = await AcceptAsync();
    }

    [Fact]
    public async Task StartAsync_RecordsThatNobodyApplies_SaysSoAndDoesNotConnect()
    {
        await AppendAsync();
        await using var host = Host();

        var polling = _time.WhenArmed(due => due == Poll);
        var starting = host.StartAsync(Exchange.Binance, [Some.Instrument.Id.Symbol]);
        await polling;
        _time.Advance(TimeSpan.FromSeconds(21));

        var refused = await Assert.ThrowsAsync<K2Exception>(() => starting.WaitAsync(TimeSpan.FromSeconds(15), Token));
        Assert.True(refused.IsTransient);
        Assert.Contains("binance", refused.Message, StringComparison.Ordinal);
        Assert.False(_exchange.Pending());
    }

    [Fact]
    public async Task StartAsync_CheckpointIsThere_ConnectsAtOnce()
    {
        await FlushAsync(await AppendAsync(), commits: false);
        await using var host = Host();

        await host.StartAsync(Exchange.Binance, [Some.Instrument.Id.Symbol]);

        using var connection = await AcceptAsync();
    }

    [Fact]
    public async Task StartAsync_CheckpointHasAHoleThatNoGapExplains_TheFirstOfAPairOpensIt()
    {
        await FlushAsync(await AppendAsync(Some.Trade(12, 2)), extra: Some.Trade(12, 2));
        var end = await _log.EndAsync(Topic, 0, Token);

        await using var first = Host(pairs: true);
        await first.StartAsync(Exchange.Binance, [Some.Instrument.Id.Symbol]);
        await using var reader = _log.OpenReader(Topic, 0, end);
        var entry = Assert.Single(await reader.ReadAsync(1 << 20, TimeSpan.FromSeconds(15), Token));
        var gap = RecordCodec.Read(entry.Payload, 0);
        Assert.Equal((RecordKind.GapOpened, 8, 11), (gap.Kind, gap.FirstId, gap.LastId));
    }

    private ConnectorHost Host(bool pairs = false) => new(
        new ConnectorHostOptions
        {
            Instruments = [Some.Instrument],
            Source = TradeSource.Live,
            Pairs = pairs,
            Addresses = new Dictionary<Exchange, ExchangeAddress> { [Exchange.Binance] = new(new Uri($"ws://{_exchange.LocalEndpoint}/"), new Uri($"http://{_exchange.LocalEndpoint}/")) },
        },
        new InstrumentTable([Some.Instrument]),
        [new BinanceAdapter()],
        _log,
        new NoGrains(),
        _warehouse,
        new CandleBookOptions(),
        _counters,
        NoProtocolProbe.Instance,
        _time,
        NullLoggerFactory.Instance);

    private async Task<LogPosition> AppendAsync(params Trade[] extra)
    {
        LogRecord[] records = [LogRecord.OfTrade(Some.Trade(7, 1)), .. extra.Select(trade => LogRecord.OfTrade(trade))];
        return (await _log.AppendAsync([new LogAppend(Topic, Some.Instrument.Id.ToString(), records.Length, RecordCodec.Encode(Some.Instrument, records))], Token))[0];
    }

    private async Task FlushAsync(LogPosition position, bool commits = true, Trade? extra = null)
    {
        var book = new CandleBook(Some.Instrument, new CandleBookOptions());
        book.Apply(position, LogRecord.OfTrade(Some.Trade(7, 1)), new BookChanges());
        if (extra is { } trade) book.Apply(position = position.Plus(1), LogRecord.OfTrade(trade), new BookChanges());
        await _warehouse.WriteAsync(new SymbolFlush { Instrument = Some.Instrument, Trades = [], Candles = [], Revisions = [], DeadLetters = [], Position = position, State = book.Serialize() }, Token);
        if (commits) await _log.CommitAsync(Topic, 0, position.Plus(1), Token);
    }

    private Task<TcpClient> AcceptAsync() => _exchange.AcceptTcpClientAsync(Token).AsTask().WaitAsync(TimeSpan.FromSeconds(15), Token);
}
