// The code between the marks stands in src/K2.Streaming/README.md too; ReadmeExampleTests compares and runs it.
// <example:provider>
using System.Collections.Concurrent;
using System.Text;
using K2.Abstractions;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;
using K2.Domain.Log;
using K2.Streaming.Kafka;
using K2.Streaming.Provider;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Providers.Streams.Common;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace Readings;

/// <summary>What the effects are kept in. Yours is a database; what matters is that one write stores the effect and the position, both or neither.</summary>
public sealed class Store
{
    private readonly ConcurrentDictionary<string, (LogPosition Position, long Sum)> _rows = new();

    public Task<(LogPosition Position, long Sum)> LoadAsync(string sensor) => Task.FromResult(_rows.GetValueOrDefault(sensor));

    public Task SaveAsync(string sensor, LogPosition position, long sum)
    {
        // Only forward: for a moment two activations of one grain may run.
        _rows.AddOrUpdate(sensor, (position, sum), (_, known) => position > known.Position ? (position, sum) : known);
        return Task.CompletedTask;
    }
}

/// <summary>One message a reading, as text, so that every Kafka client can read the topic. A payload is the lines of an append.</summary>
public sealed class ReadingMapper : IRecordMapper
{
    public void Split(in LogAppend append, ICollection<RecordMessage> messages)
    {
        foreach (var line in Encoding.UTF8.GetString(append.Payload.Span).Split('\n')) messages.Add(new RecordMessage(Encoding.UTF8.GetBytes(line), null));
    }

    public byte[] Join(string key, IReadOnlyList<RecordMessage> messages)
    {
        var lines = messages.Select(message => Encoding.UTF8.GetString((message.Value ?? default).Span)).ToList();
        if (lines.Find(line => !long.TryParse(line, out _)) is { } wrong) throw new CorruptRecordException($"'{wrong}' is no number");
        return Encoding.UTF8.GetBytes(string.Join('\n', lines));
    }
}

public interface ISensorGrain : IGrainWithStringKey
{
    Task<long> GetSum();
}

/// <summary>The one grain type of the namespace; its key is the record's key.</summary>
[ImplicitStreamSubscription("readings")]
public sealed class SensorGrain(Store store, DeadLetters letters) : Grain, ISensorGrain, IStreamSubscriptionObserver, IAsyncObserver<PackedBatch>
{
    private LogPosition _position;
    private long _sum;

    public override async Task OnActivateAsync(CancellationToken cancellationToken) => (_position, _sum) = await store.LoadAsync(this.GetPrimaryKeyString());

    // Go on behind what is stored. Without this call the batch that woke the grain would count as delivered.
    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) => handleFactory.Create<PackedBatch>().ResumeAsync(this, new EventSequenceTokenV2(_position.Version));

    public async Task OnNextAsync(PackedBatch item, StreamSequenceToken? token = null)
    {
        if (DamagedRecord.PlaceOf(item.Key) is not null)
        {
            // What could not be read, of a whole partition. Keep it: with the return it counts as done.
            foreach (var entry in item.Entries) letters.Add(entry.First, DamagedRecord.ReasonOf(entry.Payload)!, DamagedRecord.OriginalOf(entry.Payload));
            return;
        }

        // Records lie between the position and this batch: let the stream go back. A new epoch is no hole.
        if (item.Previous > _position && item.Previous.Epoch == _position.Epoch)
        {
            DeactivateOnIdle();
            throw new K2Exception($"{item.Key} is at {_position}, the batch follows {item.Previous}", isTransient: true);
        }

        var sum = _sum;
        foreach (var entry in item.Entries)
        {
            var numbers = Encoding.UTF8.GetString(entry.Payload).Split('\n').Select(long.Parse).ToList();
            for (var i = 0; i < entry.Count; i++)
            {
                if (entry.First.Plus(i) > _position) sum += numbers[i]; // The others came before.
            }
        }

        if (item.Last <= _position) return;
        await store.SaveAsync(item.Key, item.Last, sum); // Throws: the state is as before, and the batch comes again.
        (_position, _sum) = (item.Last, sum);
    }

    // Tells of deliveries that are tried again, also while a silo stops. Nothing is lost by it.
    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;

    public Task<long> GetSum() => Task.FromResult(_sum);
}

/// <summary>Where unreadable records go; a table or a topic in earnest.</summary>
public sealed class DeadLetters
{
    private readonly ConcurrentDictionary<LogPosition, (string Reason, byte[] Original)> _all = new();

    public ICollection<(string Reason, byte[] Original)> All => _all.Values;

    public void Add(LogPosition position, string reason, ReadOnlyMemory<byte> original) => _all[position] = (reason, original.ToArray());
}

public static class ReadingsSetup
{
    public static readonly LogTopic Topic = new("readings", Partitions: 8);

    /// <summary>Opens the log before the silo starts.</summary>
    public static Task<KafkaLog> OpenAsync(string brokers, KafkaTopicStep step, CancellationToken cancellationToken) => KafkaLog.OpenAsync(
        new KafkaLogOptions
        {
            BootstrapServers = brokers,
            Topics = [Topic],
            Mappers = new Dictionary<string, IRecordMapper> { [Topic.Name] = new ReadingMapper() },
            GroupId = "readings",
            EpochTopic = "readings.epochs",
            TopicStep = step,
        },
        new Dictionary<(string, int), LogPosition>(), // The highest position a partition that your store knows: a log that has lost it begins a new epoch.
        TimeProvider.System, NullLogger<KafkaLog>.Instance, NoProtocolProbe.Instance, cancellationToken);

    public static void AddReadings(this ISiloBuilder silo, ILog log)
    {
        silo.Services.AddSingleton(log);
        silo.Services.AddSingleton<Store>();
        silo.Services.AddSingleton<DeadLetters>();
        silo.AddLogStreams("log", streams =>
        {
            streams.Topics = [Topic];
            streams.Namespace = "readings";
        });
    }

    /// <summary>Writes readings of one sensor; they are durable when this returns. After an exception write them again.</summary>
    public static Task WriteAsync(ILog log, string sensor, IReadOnlyList<long> readings, CancellationToken cancellationToken) =>
        log.AppendAsync([new LogAppend(Topic.Name, sensor, readings.Count, Encoding.UTF8.GetBytes(string.Join('\n', readings)))], cancellationToken);
}
// </example:provider>
