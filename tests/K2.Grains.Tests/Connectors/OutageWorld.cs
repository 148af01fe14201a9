using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;
using K2.Exchanges;
using K2.Exchanges.Binance;
using K2.Grains.Connectors;
using K2.Simulator.Exchanges;
using K2.Simulator.Kafka;
using K2.Streaming.Avro;
using K2.Streaming.Kafka;
using K2.Streaming.Kafka.Mappers;
using K2.TestKit.Warehouse;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace K2.Grains.Tests.Connectors;

/// <summary>
/// A real connector between a simulated exchange, on a port and a clock that the test moves, and a log in Kafka's mock cluster. Nothing is traded while that clock
/// stands.
/// </summary>
internal sealed class OutageWorld : IAsyncDisposable
{
    public const int PendingBatches = 4;
    public const int FramesPerBatch = 32;
    public const int TradesPerSecond = 40;
    private const int Partitions = 2;
    private readonly PipelineCounters _counters = new();
    private readonly ConnectorHost _host;
    private readonly FakeTimeProvider _clock;
    private readonly IReadOnlyList<Instrument> _instruments;

    private OutageWorld(MockKafkaCluster kafka, KafkaLog log, SimulatedExchange exchange, FakeTimeProvider clock, IReadOnlyList<Instrument> instruments)
    {
        (Kafka, Log, Exchange, _clock, _instruments) = (kafka, log, exchange, clock, instruments);
        Watch = new AppendWatch(log, TopicNames.Raw(K2.Domain.Instruments.Exchange.Binance));
        var options = new ConnectorHostOptions
        {
            Instruments = instruments,
            Source = TradeSource.Simulated,
            PendingBatches = PendingBatches,
            Connector = new ConnectorOptions { FramesPerBatch = FramesPerBatch, BackoffMin = TimeSpan.FromMilliseconds(50) },
            Addresses = new Dictionary<Exchange, ExchangeAddress> { [K2.Domain.Instruments.Exchange.Binance] = new(exchange.WebSocketEndpoint, exchange.RestEndpoint) },
        };
        _host = new ConnectorHost(
            options, new InstrumentTable(instruments), [new BinanceAdapter()], Watch, new NoGrains(), new InMemoryWarehouse(), new CandleBookOptions(), _counters, Watch, TimeProvider.System, NullLoggerFactory.Instance);
    }

    public static string Topic { get; } = TopicNames.Trades(K2.Domain.Instruments.Exchange.Binance);

    public MockKafkaCluster Kafka { get; }

    public KafkaLog Log { get; }

    public SimulatedExchange Exchange { get; }

    public AppendWatch Watch { get; }

    /// <summary>Frames that the connector has read and handed to its sink.</summary>
    public long Frames => _counters[PipelineStage.Frames];

    public Contracts.Connectors.ConnectorStatus Status => _host.Status(K2.Domain.Instruments.Exchange.Binance);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Starts all of it; ends when the connector streams.</summary>
    public static async Task<OutageWorld> StartAsync(int brokers = 1, TimeSpan? deliveryTimeout = null)
    {
        var kafka = new MockKafkaCluster(brokers);
        var raw = TopicNames.Raw(K2.Domain.Instruments.Exchange.Binance);
        kafka.CreateTopic(Topic, Partitions);
        kafka.CreateTopic(raw, 1);
        kafka.CreateTopic(TopicNames.DeadLetters, 1);
        kafka.CreateTopic("k2.log.epochs", 1);
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var exchange = await SimulatedExchange.StartAsync(
            new SimulatedExchangeOptions
            {
                Exchange = K2.Domain.Instruments.Exchange.Binance,
                Instruments = [new SimulatedInstrument("BTCUSDT", "BTCUSDT", 2, 5, 6_000_000, 3), new SimulatedInstrument("ETHUSDT", "ETHUSDT", 2, 5, 200_000, 1)],
                TradesPerSecond = TradesPerSecond,
                HistoryTrades = 1,
                Time = clock,
            },
            Token);
        Instrument[] instruments = [Instrument("BTC"), Instrument("ETH")];
        var options = new KafkaLogOptions
        {
            BootstrapServers = kafka.Bootstraps,
            Topics = [new LogTopic(Topic, Partitions), new LogTopic(raw, 1), new LogTopic(TopicNames.DeadLetters, 1)],
            Mappers = new Dictionary<string, IRecordMapper>
            {
                [Topic] = new TradeRecordMapper(new InstrumentTable(instruments), new AvroSchemaIds(1, 2), null),
                [raw] = new RawFrameMapper(K2.Domain.Instruments.Exchange.Binance),
                [TopicNames.DeadLetters] = new DeadLetterMapper(),
            },
            TopicStep = KafkaTopicStep.None,
            FetchWait = TimeSpan.FromMilliseconds(10),
            Linger = TimeSpan.FromMilliseconds(1),
            DeliveryTimeout = deliveryTimeout ?? TimeSpan.FromMinutes(1),
        };
        var log = await KafkaLog.OpenAsync(options, new Dictionary<(string, int), LogPosition>(), TimeProvider.System, NullLogger<KafkaLog>.Instance, NoProtocolProbe.Instance, Token);
        var world = new OutageWorld(kafka, log, exchange, clock, instruments);
        await world._host.StartAsync(K2.Domain.Instruments.Exchange.Binance, [.. instruments.Select(instrument => instrument.Id.Symbol)]);
        await world.Watch.UntilAsync(() => world.Status.State == "streaming", "the connection");
        return world;
    }

    /// <summary>Stops the connector; ends when what it took is in the log.</summary>
    public Task StopAsync() => _host.StopAsync(K2.Domain.Instruments.Exchange.Binance);

    /// <summary>Lets the exchange trade for so many seconds of its clock.</summary>
    public async Task TradeAsync(int seconds)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(Token);
        timeout.CancelAfter(TimeSpan.FromSeconds(15));
        for (var i = 0; i < seconds; i++)
        {
            var made = Exchange.Ledger.Made + TradesPerSecond;
            _clock.Advance(TimeSpan.FromSeconds(1));
            while (Exchange.Ledger.Made < made)
            {
                if (timeout.IsCancellationRequested) throw new TimeoutException($"second {i}: {Exchange.Ledger.Made} trades made, due are {made}");
                await Task.Yield();
            }
        }
    }

    /// <summary>Ends when everything traded so far has been appended, and nothing is under way or missing.</summary>
    public Task TakenAsync(string phase) => Watch.UntilAsync(() => _counters[PipelineStage.Appended] >= Exchange.Ledger.Made && Watch is { UnderWay: 0 } && Status.OpenGaps == 0, phase, () => $", appended {_counters[PipelineStage.Appended]} of {Exchange.Ledger.Made}, {Status}");

    /// <summary>Reads the topic of trades from the broker: the ids of each instrument as they stand there, and the gaps.</summary>
    public async Task<(Dictionary<string, List<long>> Ids, List<LogRecord> Gaps)> ReadAsync()
    {
        var ids = new Dictionary<string, List<long>>(StringComparer.Ordinal);
        var gaps = new List<LogRecord>();
        for (var partition = 0; partition < Partitions; partition++)
        {
            await using var reader = Log.OpenReader(Topic, partition, LogPosition.None);
            while (await reader.ReadAsync(1 << 20, TimeSpan.Zero, Token) is { Count: > 0 } entries)
            {
                foreach (var entry in entries)
                {
                    var instrument = _instruments.Single(known => known.Id.ToString() == entry.Key);
                    if (!ids.TryGetValue(instrument.NativeSymbol, out var known)) ids[instrument.NativeSymbol] = known = [];
                    for (var i = 0; i < entry.RecordCount; i++)
                    {
                        var record = RecordCodec.Read(entry.Payload, i);
                        if (record.Kind == RecordKind.Trade) known.Add(record.Trade.TradeId);
                        else if (record.Kind is RecordKind.GapOpened or RecordKind.GapClosed or RecordKind.GapGivenUp) gaps.Add(record);
                    }
                }
            }
        }

        return (ids, gaps);
    }

    /// <summary>Everything that the exchange traded since its start is in the log, each trade once.</summary>
    public async Task<List<LogRecord>> AssertExactAsync()
    {
        var (ids, gaps) = await ReadAsync();
        foreach (var made in Exchange.Ledger.Trades.GroupBy(trade => trade.Native))
        {
            Assert.Equal(ids[made.Key].Count, ids[made.Key].Distinct().Count());
            Assert.Empty(made.Skip(1).Select(trade => trade.TradeId).Except(ids[made.Key])); // The first one is from before the start.
        }

        return gaps;
    }

    public async ValueTask DisposeAsync()
    {
        Kafka.SetUp();
        await _host.DisposeAsync();
        await Exchange.DisposeAsync();
        await Log.DisposeAsync();
        Kafka.Dispose();
        _counters.Dispose();
    }

    private static Instrument Instrument(string coin) => new(InstrumentId.Create(K2.Domain.Instruments.Exchange.Binance, $"{coin}/USDT"), coin + "USDT", coin, "USDT", 2, 5);
}
