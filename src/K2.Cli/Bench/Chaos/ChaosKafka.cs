using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;
using K2.Cli.Rig;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Simulator.Kafka;
using K2.Streaming.Avro;
using K2.Streaming.Kafka;
using K2.Streaming.Kafka.Mappers;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Cli.Bench.Chaos;

/// <summary>
/// The mock Kafka cluster of a run, in the harness's own process, so that no silo's death takes it along, and the harness's own log on it. It watches
/// that no partition comes near the 5 MiB that the mock keeps: beyond them it would drop what nobody has read.
/// </summary>
internal sealed class ChaosKafka : IAsyncDisposable
{
    private const int Partitions = RigKafka.Partitions;

    // A trade takes about 130 bytes in the mock before compression.
    private const long MostUncommitted = 25_000;
    private const long HoldAt = 16_000;
    private static readonly AvroSchemaIds Schemas = new(1, 2);
    private readonly RigKafka _kafka;
    private readonly KafkaLog _log;
    private readonly Exchange _fed;
    private readonly long[] _committed = new long[Partitions];
    private readonly long[] _ends = new long[Partitions];
    private readonly Dictionary<(string Topic, int Partition), long> _highest = [];

    private ChaosKafka(RigKafka kafka, KafkaLog log, Exchange fed)
    {
        _kafka = kafka;
        _log = log;
        _fed = fed;
    }

    public MockKafkaCluster Cluster => _kafka.Mock!;

    public ILog Log => _log;

    /// <summary>The most records of one partition that were in the log and not committed.</summary>
    public long MostSeen { get; private set; }

    /// <summary>How often a committed offset was seen to go back.</summary>
    public int WentBack { get; private set; }

    /// <summary>Why the run cannot count, or null.</summary>
    public string? LimitProblem { get; private set; }

    public static async Task<ChaosKafka> StartAsync(InstrumentTable instruments, Exchange fed, TimeProvider time, CancellationToken cancellationToken)
    {
        var kafka = RigKafka.StartMock();
        try
        {
            var topics = ExchangeNames.All.Select(exchange => new LogTopic(TopicNames.Trades(exchange), Partitions)).ToList();
            var log = await KafkaLog.OpenAsync(
                new KafkaLogOptions
                {
                    BootstrapServers = kafka.Bootstraps,
                    Topics = topics,
                    Mappers = topics.ToDictionary(topic => topic.Name, IRecordMapper (topic) => new TradeRecordMapper(new InstrumentTable([.. instruments.All.Where(instrument => TopicNames.Trades(instrument.Id.Exchange) == topic.Name)]), Schemas, null), StringComparer.Ordinal),
                    TopicStep = KafkaTopicStep.None,
                    ClientId = "chaos",
                },
                new Dictionary<(string, int), LogPosition>(),
                time,
                NullLogger<KafkaLog>.Instance,
                NoProtocolProbe.Instance,
                cancellationToken);
            return new ChaosKafka(kafka, log, fed);
        }
        catch
        {
            kafka.Dispose();
            throw;
        }
    }

    /// <summary>What tells a silo where this log is.</summary>
    public IEnumerable<KeyValuePair<string, string>> SiloEnvironment => _kafka.SiloEnvironment;

    /// <summary>Whether a key's partition may take more now.</summary>
    public bool MayAppend(string key)
    {
        var partition = FedPartition(key);
        return Volatile.Read(ref _ends[partition]) - Volatile.Read(ref _committed[partition]) < HoldAt;
    }

    /// <summary>Notes how far a key's partition was written: the next look at it may be seconds away.</summary>
    public void Appended(string key, LogPosition next) => Volatile.Write(ref _ends[FedPartition(key)], next.Offset);

    /// <summary>Whether all trades in the log are durable downstream.</summary>
    public async Task<bool> IsDrainedAsync(CancellationToken cancellationToken) => await LogLag.OfAsync(_log, _ => true, cancellationToken) == 0;

    /// <summary>Returns how many records of the fed exchange are in the log and not committed, and remembers what the mock's limits need.</summary>
    public async Task<long> WatchAsync(CancellationToken cancellationToken)
    {
        var sum = 0L;
        foreach (var topic in _log.Topics)
        {
            for (var partition = 0; partition < Partitions; partition++)
            {
                var committed = await _log.CommittedAsync(topic.Name, partition, cancellationToken);
                var earliest = await _log.EarliestAsync(topic.Name, partition, cancellationToken);
                var end = await _log.EndAsync(topic.Name, partition, cancellationToken);
                var highest = _highest.GetValueOrDefault((topic.Name, partition));
                if (committed.Version < highest) WentBack++;
                _highest[(topic.Name, partition)] = Math.Max(highest, committed.Version);
                var open = end.Offset - (committed.Epoch == end.Epoch ? committed.Offset : 0);
                if (topic.Name == TopicNames.Trades(_fed)) Volatile.Write(ref _committed[partition], end.Offset - open);
                sum += open;
                MostSeen = Math.Max(MostSeen, open);
                if (open > MostUncommitted) LimitProblem ??= $"{topic.Name}/{partition} held {open} uncommitted records, the mock may drop some: no result";
                if (open > 0 && earliest.Offset > (committed.Epoch == end.Epoch ? committed.Offset : 0)) LimitProblem ??= $"{topic.Name}/{partition}: the mock dropped uncommitted records below {earliest}: no result";
            }
        }

        return sum;
    }

    public async ValueTask DisposeAsync()
    {
        await _log.DisposeAsync();
        _kafka.Dispose();
    }

    private int FedPartition(string key) => _log.PartitionOf(TopicNames.Trades(_fed), key);
}
