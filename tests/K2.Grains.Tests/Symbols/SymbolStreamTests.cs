using System.Text;
using Confluent.Kafka;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;
using K2.Abstractions.Warehouse;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Simulator.Kafka;
using K2.Streaming.Avro;
using K2.Streaming.Kafka;
using K2.Streaming.Kafka.Mappers;
using K2.Streaming.Provider;
using K2.Streaming.SchemaRegistry;
using K2.TestKit.SchemaRegistry;
using K2.TestKit.Warehouse;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.TestingHost;

namespace K2.Grains.Tests.Symbols;

/// <summary>Symbols from the broker through the real stream provider, grains and pipelines: a slow flush, and messages of other programs between good ones.</summary>
public sealed class SymbolStreamTests : IAsyncLifetime
{
    private const int Partitions = 4;
    private static readonly string Topic = TopicNames.Trades(Exchange.Binance);
    private static readonly Instrument Btc = Some.Instrument;
    private static readonly Instrument Other = FirstIn(partition => partition != PartitionOf(Btc));
    private static readonly Instrument Near = FirstIn(partition => partition == PartitionOf(Btc));
    private static readonly InstrumentTable Table = new([Btc, Other, Near]);
    private readonly MockKafkaCluster _kafka = new();
    private readonly SchemaRegistryStub _stub = new();
    private readonly InMemoryWarehouse _warehouse = new();
    private readonly WatchedWriter _writer;
    private readonly PipelineCounters _counters = new();
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TradeRecordMapper _mapper;
    private readonly SchemaRegistryClient _registry;
    private IProducer<string?, byte[]>? _foreign;
    private KafkaLog? _log;
    private InProcessTestCluster? _cluster;

    public SymbolStreamTests()
    {
        _writer = new WatchedWriter(_warehouse);
        _registry = new SchemaRegistryClient(new SchemaRegistryOptions { Address = new Uri("http://registry") }, TimeProvider.System, _stub);
        _mapper = new TradeRecordMapper(Table, new AvroSchemaIds(77, 78), _registry);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _kafka.CreateTopic(Topic, Partitions);
        _kafka.CreateTopic("k2.log.epochs", 1);
        var options = new KafkaLogOptions
        {
            BootstrapServers = _kafka.Bootstraps,
            Topics = [new LogTopic(Topic, Partitions)],
            Mappers = new Dictionary<string, IRecordMapper> { [Topic] = _mapper },
            TopicStep = KafkaTopicStep.None,
            FetchWait = TimeSpan.FromMilliseconds(10),
            Linger = TimeSpan.FromMilliseconds(1),
        };
        _log = await KafkaLog.OpenAsync(options, new Dictionary<(string, int), LogPosition>(), TimeProvider.System, NullLogger<KafkaLog>.Instance, NoProtocolProbe.Instance, Token);
        _foreign = new ProducerBuilder<string?, byte[]>(new ProducerConfig { BootstrapServers = _kafka.Bootstraps, LingerMs = 0, MessageMaxBytes = 10 << 20 }).SetKeySerializer(Serializers.Utf8!).Build();
        _cluster = await SymbolSilo.StartAsync(_log, Table, _warehouse, _writer, _counters);
    }

    public async ValueTask DisposeAsync()
    {
        _gate.TrySetResult(); // A silo that stops waits for calls under way.
        if (_cluster is not null) await _cluster.DisposeAsync();
        if (_log is not null) await _log.DisposeAsync();
        _foreign?.Dispose();
        _registry.Dispose();
        _stub.Dispose();
        _kafka.Dispose();
        _counters.Dispose();
    }

    [Fact]
    public async Task Poison_OfEveryKind_IsADeadLetterWithReasonPlaceAndBytes_AndItsPartitionGoesOn()
    {
        var schema = _stub.Add("other-value", """{"type":"record","name":"Trade","namespace":"k2.market","fields":[{"name":"exchange","type":"string"}]}""");
        var tooBig = new byte[2 << 20];
        (string? Key, byte[] Value, string Words)[] poison =
        [
            (Btc.Id.ToString(), [0, 0, 0, 0, 77, 255, 255, 255, 255, 255, 255], "a trade of another instrument"),
            (Btc.Id.ToString(), Avro(99, 1)[..^3], "ends inside a number"),
            (Btc.Id.ToString(), Encoding.UTF8.GetBytes("""{"price":1}"""), "do not begin with a schema's number"),
            (Btc.Id.ToString(), Numbered(Avro(98, 1), 9), "the schema 9 is not known to the schema registry"),
            (Btc.Id.ToString(), Numbered([0, 0, 0, 0, 0, 2, 65], schema), ""),
            (Btc.Id.ToString(), tooBig, ""),
            (null, Avro(97, 1), "the message has no key"),
            ("binance:NOSUCH/USDT", Avro(96, 1), "no instrument 'binance:NOSUCH/USDT' in the instruments file"),
            (Other.Id.ToString(), Avro(95, 1), $"the key belongs into partition {PartitionOf(Other)}"),
        ];
        var partition = PartitionOf(Btc);
        var expected = new List<(string Origin, LogPosition Position, byte[] Original, string Words)>();
        var id = 0L;
        foreach (var (key, value, words) in poison)
        {
            await AppendAsync(Btc, ++id, ++id);
            var offset = (await _foreign!.ProduceAsync(new TopicPartition(Topic, partition), new Message<string?, byte[]> { Key = key, Value = value }, Token)).Offset.Value;
            expected.Add(($"log:{Topic}/{partition}", LogPosition.Create(1, offset), value, words));
        }

        await AppendAsync(Btc, ++id);
        await AppendAsync(Other, 1, 2, 3);

        await _writer.UntilAsync(async () => _writer.Letters.Count >= poison.Length && (await IdsAsync(Btc)).Count == id && (await IdsAsync(Other)).Count == 3, "all trades and dead letters");

        Assert.Equal(Enumerable.Range(1, (int)id).Select(number => (long)number), await IdsAsync(Btc));
        Assert.Equal([1L, 2, 3], await IdsAsync(Other));
        var letters = _writer.Letters.OrderBy(letter => letter.Sequence).ToList();
        Assert.Equal(expected.Select(letter => (letter.Origin, letter.Position.Version)), letters.Select(letter => (letter.Origin, letter.Sequence)));
        foreach (var (letter, (_, position, original, words)) in letters.Zip(expected))
        {
            Assert.Equal(("corrupt-log-entry", Exchange.Binance, (long)original.Length), (letter.Reason, letter.Exchange, letter.OriginalLength));
            Assert.True(original.AsSpan().SequenceEqual(letter.Original.Span), letter.Detail);
            Assert.StartsWith($"{Topic}/{partition} at offset {position.Offset}", letter.Detail, StringComparison.Ordinal);
            Assert.Contains(words, letter.Detail, StringComparison.Ordinal);
        }

        await DrainedAsync();
    }

    [Fact]
    public async Task Record_OfASymbolInAPartitionThatIsNotItsOwn_DoesNotMoveTheSymbolsPosition()
    {
        var foreign = PartitionOf(Other);
        await AppendAsync(Other, [.. Enumerable.Range(1, 200).Select(number => (long)number)]);
        await AppendAsync(Btc, 1);
        await _foreign!.ProduceAsync(new TopicPartition(Topic, foreign), new Message<string?, byte[]> { Key = Btc.Id.ToString(), Value = Avro(2, 1) }, Token);
        await _writer.UntilAsync(() => Task.FromResult(_writer.Letters.Count == 1), "the dead letter");

        // Its offset, 200, is above all that the symbol's own partition will have: taken for one of that partition, it would hide these.
        await AppendAsync(Btc, 2);
        await AppendAsync(Btc, 3);

        await _writer.UntilAsync(async () => (await IdsAsync(Btc)).Count == 3, "the symbol's own trades");
        await DrainedAsync();
    }

    [Fact]
    public async Task Flush_OfOneSymbolIsHeld_TheOthersOfItsPartitionAndOfOthersGoOn()
    {
        _writer.Flushing = flush => flush.Instrument == Btc ? _gate.Task : Task.CompletedTask;
        for (var id = 1L; id <= 20; id++)
        {
            foreach (var instrument in Table.All) await AppendAsync(instrument, id);
        }

        await _writer.UntilAsync(async () => (await IdsAsync(Near)).Count == 20 && (await IdsAsync(Other)).Count == 20, "all symbols but the held one");
        Assert.Empty(await IdsAsync(Btc));
        Assert.True((await _log!.CommittedAsync(Topic, PartitionOf(Btc), Token)).Offset <= 0, "committed above what is durable");

        _gate.SetResult();
        await DrainedAsync();
        foreach (var instrument in Table.All) Assert.Equal(Enumerable.Range(1, 20).Select(id => (long)id), await IdsAsync(instrument));
        Assert.Equal(60, _counters[PipelineStage.Applied]);
    }

    private static int PartitionOf(Instrument instrument) => StablePartitioner.PartitionOf(instrument.Id.ToString(), Partitions);

    private static Instrument FirstIn(Func<int, bool> wanted) => Enumerable.Range(0, 26).Select(i => $"A{(char)('A' + i)}")
        .Select(name => new Instrument(InstrumentId.Create(Exchange.Binance, $"{name}/USDT"), name + "USDT", name, "USDT", 8, 8)).First(instrument => wanted(PartitionOf(instrument)));

    private static byte[] Numbered(byte[] message, int schema)
    {
        byte[] copy = [.. message];
        copy[4] = (byte)schema;
        return copy;
    }

    private byte[] Avro(long id, double seconds)
    {
        var messages = new List<RecordMessage>();
        _mapper.Split(new LogAppend(Topic, Btc.Id.ToString(), 1, RecordCodec.Encode(Btc, [LogRecord.OfTrade(Some.Trade(id, seconds))])), messages);
        return messages[0].Value!.Value.ToArray();
    }

    private Task<IReadOnlyList<LogPosition>> AppendAsync(Instrument instrument, params long[] ids) =>
        _log!.AppendAsync([new LogAppend(Topic, instrument.Id.ToString(), ids.Length, RecordCodec.Encode(instrument, [.. ids.Select(id => LogRecord.OfTrade(Some.Trade(id, id)))]))], Token);

    private async Task<List<long>> IdsAsync(Instrument instrument)
    {
        var ids = new List<long>();
        await foreach (var trade in _warehouse.ReadTradesAsync(new TradeQuery(instrument.Id, null, null, null, 10_000, false), Token)) ids.Add(trade.Trade.TradeId);
        return ids;
    }

    /// <summary>Nothing is in the way of the commits: all partitions are committed to their ends.</summary>
    private async Task DrainedAsync()
    {
        var status = _cluster!.Silos[0].ServiceProvider.GetRequiredService<LogStreamStatus>();
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(Token);
        timeout.CancelAfter(TimeSpan.FromSeconds(20));
        while (!await status.IsDrainedAsync(timeout.Token)) await Task.Yield();
    }
}
