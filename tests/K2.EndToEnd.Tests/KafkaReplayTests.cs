using System.Globalization;
using System.Text;
using Confluent.Kafka;
using K2.Abstractions.Log;
using K2.Cli.Bench;
using K2.Domain.Instruments;
using K2.EndToEnd.Tests.Running;
using K2.Simulator.Kafka;

namespace K2.EndToEnd.Tests;

/// <summary>A real capture through a silo whose log is in Kafka: librdkafka's mock cluster, in the test's own process.</summary>
public sealed class KafkaReplayTests : IDisposable
{
    private const int Partitions = 2;
    private readonly MockKafkaCluster _kafka = new();

    public KafkaReplayTests()
    {
        _kafka.CreateTopic(TopicNames.Trades(Exchange.Binance), Partitions);
        _kafka.CreateTopic(TopicNames.Raw(Exchange.Binance), 1);
        _kafka.CreateTopic(TopicNames.DeadLetters, 1);
        _kafka.CreateTopic("k2.log.epochs", 1);
    }

    public void Dispose() => _kafka.Dispose();

    [Fact]
    public async Task Replay_ThroughKafka_GivesTheSameRowsAsTheEmbeddedLog()
    {
        var capture = RunningSilo.CaptureOrSkip();
        using var embedded = new TemporaryFolder();
        using var kafka = new TemporaryFolder();
        await RunningSilo.ReplayAsync(capture, embedded.Data);

        var output = await RunAsync(RunningSilo.ReplayArguments(capture, kafka.Data));

        Assert.Contains("frames 15863 parsed 15863 appended 15863 delivered 15863 applied 15863", output, StringComparison.Ordinal);
        Assert.Null((await RunningSilo.RowsAsync(kafka.Data)).DifferenceTo(await RunningSilo.RowsAsync(embedded.Data)));
        Assert.Equal("15863\t15863\n", await RunningSilo.QueryAsync(kafka.Data, "SELECT count(), uniqExact(sequence) FROM k2.raw_frames FORMAT TSV"));
        Assert.Equal("0\n", await RunningSilo.QueryAsync(kafka.Data, "SELECT count() FROM k2.dead_letters FORMAT TSV"));
        Assert.False(Directory.Exists(Path.Combine(kafka.Data, "log")), "the log is in Kafka, and in the data folder too");
    }

    [Fact]
    public async Task Replay_SiloIsKilledOnTheWay_TheNextOneGoesOnFromKafka()
    {
        var capture = RunningSilo.CaptureOrSkip();
        using var embedded = new TemporaryFolder();
        using var kafka = new TemporaryFolder();
        await RunningSilo.ReplayAsync(capture, embedded.Data);
        using (var killed = Start(RunningSilo.ReplayArguments(capture, kafka.Data, "30")))
        {
            await RunningSilo.StoredAsync(killed, 1000);
            killed.Kill();
            await killed.WaitAsync(RunningSilo.Limit, TestContext.Current.CancellationToken);
        }

        await RunAsync(RunningSilo.ReplayArguments(capture, kafka.Data));

        Assert.Null((await RunningSilo.RowsAsync(kafka.Data)).DifferenceTo(await RunningSilo.RowsAsync(embedded.Data)));
    }

    [Fact]
    public async Task Replay_MessagesOfOthersInTheTopic_AreDeadLettersAndNothingStops()
    {
        var capture = RunningSilo.CaptureOrSkip();
        using var kafka = new TemporaryFolder();
        var sent = new List<(int Partition, long Offset, string Value)>();
        using (var other = new ProducerBuilder<string?, byte[]>(new ProducerConfig { BootstrapServers = _kafka.Bootstraps, LingerMs = 0, MessageMaxBytes = 4 << 20 }).SetKeySerializer(Serializers.Utf8!).Build())
        {
            foreach (var (key, value) in new[] { ("binance:BTC/USDT", "{\"price\":1}"), (null, "no key"), ("binance:NOSUCH/USDT", "no instrument"), ("binance:ETH/USDT", "\0\0\0\0\u0001cut"), ("binance:BTC/USDT", "\0\0\0\0\u0063schema"), ("binance:BTC/USDT", new string('x', 2 << 20)) })
            {
                var partition = key is null ? 0 : StablePartitioner.PartitionOf(key, Partitions);
                var result = await other.ProduceAsync(new TopicPartition(TopicNames.Trades(Exchange.Binance), partition), new Message<string?, byte[]> { Key = key, Value = Encoding.Latin1.GetBytes(value) }, TestContext.Current.CancellationToken);
                sent.Add((partition, result.Offset.Value, value));
            }
        }

        await RunAsync(RunningSilo.ReplayArguments(capture, kafka.Data));

        Assert.Equal("15863\t15863\n", await RunningSilo.QueryAsync(kafka.Data, "SELECT count(), uniqExact(symbol, trade_id) FROM k2.silver_trades FORMAT TSV"));
        var letters = await RunningSilo.QueryAsync(
            kafka.Data, "SELECT reason, origin, bitAnd(sequence, 0xFFFFFFFFFFFF), position(detail, concat(' at offset ', toString(bitAnd(sequence, 0xFFFFFFFFFFFF)))) > 0, length(original), hex(substring(original, 1, 10)) FROM k2.dead_letters ORDER BY origin, sequence FORMAT TSV");
        Assert.Equal(
            string.Concat(sent.Order().Select(letter => string.Create(CultureInfo.InvariantCulture, $"corrupt-log-entry\tlog:{TopicNames.Trades(Exchange.Binance)}/{letter.Partition}\t{letter.Offset}\t1\t{letter.Value.Length}\t{Convert.ToHexString(Encoding.Latin1.GetBytes(letter.Value[..Math.Min(10, letter.Value.Length)]))}\n"))),
            letters);
    }

    [Theory]
    [InlineData("Source", "live", "--source replay does not go with this Kafka, which is for live trades")]
    [InlineData("SchemaIds", "1", "needs K2:Kafka:SchemaRegistry, the registry's address, or K2:Kafka:SchemaIds")]
    [InlineData("SchemaRegistry", "registry", "K2:Kafka:SchemaRegistry 'registry' is no address")]
    [InlineData("Linger", "soon", "A setting of K2:Kafka is wrong")]
    [InlineData("Bootstrap", "x", "A setting of K2:Kafka is wrong")]
    [InlineData("PartitionsPerExchange", "3", "market.crypto.trades.binance")]
    public async Task Start_WrongSetting_EndsWithOneClearLine(string setting, string value, string words)
    {
        var capture = RunningSilo.CaptureOrSkip();
        using var folder = new TemporaryFolder();
        using var silo = Start(RunningSilo.ReplayArguments(capture, folder.Data), (setting, value));

        var code = await silo.WaitAsync(RunningSilo.Limit, TestContext.Current.CancellationToken);

        Assert.True(code == 2, silo.Output);
        Assert.Contains(words, silo.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", silo.Output, StringComparison.Ordinal);
    }

    private async Task<string> RunAsync(IReadOnlyList<string> arguments)
    {
        using var silo = Start(arguments);
        var code = await silo.WaitAsync(RunningSilo.Limit, TestContext.Current.CancellationToken);
        Assert.True(code == 0, $"exit code {code}\n{silo.Output}");
        return silo.Output;
    }

    // The mock cluster holds an empty fetch for its whole time, and can create no topic.
    private SiloProcess Start(IReadOnlyList<string> arguments, params (string Name, string Value)[] settings)
    {
        var environment = new Dictionary<string, string>
        {
            ["K2__Kafka__BootstrapServers"] = _kafka.Bootstraps,
            ["K2__Kafka__Source"] = "replay",
            ["K2__Kafka__PartitionsPerExchange"] = "2",
            ["K2__Kafka__TopicStep"] = "None",
            ["K2__Kafka__FetchWait"] = "00:00:00.010",
            ["K2__Kafka__SchemaIds"] = "1,2",
        };
        foreach (var (name, value) in settings) environment["K2__Kafka__" + name] = value;
        return SiloProcess.Start(RunningSilo.Assembly, arguments, environment: environment);
    }
}
