using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Streaming.Avro;
using K2.Streaming.Embedded;
using K2.Streaming.Kafka;
using K2.Streaming.Kafka.Mappers;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Benchmarks.Stream;

/// <summary>Opens the two logs with their defaults.</summary>
internal static class LogFactory
{
    public static readonly AvroSchemaIds Ids = new(1, 2);
    private static readonly Dictionary<(string Topic, int Partition), LogPosition> NothingSeen = [];
    private static readonly TimeSpan DefaultFetchWait = TimeSpan.FromMilliseconds(500);
    private static readonly LogTopic[] Topics = [new(TradeData.Topic, TradeData.Partitions)];

    public static async Task<ILog> KafkaAsync(string bootstrap, string group, TimeSpan? fetchWait = null) => await KafkaLog.OpenAsync(
        new KafkaLogOptions
        {
            BootstrapServers = bootstrap,
            GroupId = group,
            Topics = Topics,
            Mappers = new Dictionary<string, IRecordMapper> { [TradeData.Topic] = new TradeRecordMapper(new InstrumentTable(TradeData.Instruments), Ids, null) },
            TopicStep = KafkaTopicStep.None,
            FetchWait = fetchWait ?? DefaultFetchWait,
        },
        NothingSeen, TimeProvider.System, NullLogger<KafkaLog>.Instance, NoProtocolProbe.Instance, CancellationToken.None);

    public static async Task<ILog> EmbeddedAsync(string folder) => await EmbeddedLog.OpenAsync(
        new EmbeddedLogOptions { Folder = folder, Topics = Topics }, NothingSeen, TimeProvider.System, NullLogger<EmbeddedLog>.Instance, NoProtocolProbe.Instance, CancellationToken.None);

    public static async Task AppendAsync(ILog log, IReadOnlyList<LogAppend> appends)
    {
        foreach (var part in appends.Chunk(200)) await log.AppendAsync(part, CancellationToken.None);
    }

    public static async Task<Dictionary<int, LogPosition>> EndsAsync(ILog log)
    {
        var ends = new Dictionary<int, LogPosition>();
        for (var partition = 0; partition < TradeData.Partitions; partition++) ends[partition] = await log.EndAsync(TradeData.Topic, partition, CancellationToken.None);
        return ends;
    }
}
