using System.Globalization;
using K2.Abstractions;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Streaming.Avro;
using K2.Streaming.Kafka;
using K2.Streaming.Kafka.Mappers;
using K2.Streaming.SchemaRegistry;

namespace K2.Silo;

/// <summary>Opens the log in Kafka as the environment says.</summary>
internal static class KafkaSetup
{
    /// <summary>Returns the settings, or null where the log is in the data folder.</summary>
    /// <exception cref="StartupException">A setting is no value of its kind, or the topics are for another source.</exception>
    public static KafkaSettings? Settings(IConfiguration configuration, SourceKind source)
    {
        var settings = SettingsSection.Read<KafkaSettings>(configuration, KafkaSettings.SectionName);
        if (settings?.BootstrapServers is null) return null;
        return settings.Source.Equals(source.ToString(), StringComparison.OrdinalIgnoreCase)
            ? settings
            : throw new StartupException($"--source {source.ToString().ToLowerInvariant()} does not go with this Kafka, which is for {settings.Source} trades: take another cluster and set {KafkaSettings.SectionName}:Source, or leave {KafkaSettings.SectionName}:BootstrapServers out.");
    }

    /// <summary>Opens the log.</summary>
    /// <param name="settings">Where, and how.</param>
    /// <param name="trades">The topics of trades.</param>
    /// <param name="exchanges">The exchanges.</param>
    /// <param name="instruments">All instruments; their ids are the keys of trades.</param>
    /// <param name="highestSeen">What the warehouse has.</param>
    /// <param name="probe">Is told of steps.</param>
    /// <param name="time">Clock and timers.</param>
    /// <param name="loggers">Logs.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <exception cref="StartupException">A setting is wrong, or broker or registry do not answer.</exception>
    public static async Task<KafkaLog> OpenAsync(
        KafkaSettings settings, IReadOnlyList<LogTopic> trades, IReadOnlyList<Exchange> exchanges, InstrumentTable instruments, IReadOnlyDictionary<(string Topic, int Partition), LogPosition> highestSeen,
        IProtocolProbe probe, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var registry = Registry(settings, time);
        var ids = registry is null ? Ids(settings, trades) : await TopicSchemas.RegisterAsync(registry, trades.Select(topic => topic.Name), cancellationToken);
        var mappers = new Dictionary<string, IRecordMapper>(StringComparer.Ordinal) { [TopicNames.DeadLetters] = new DeadLetterMapper() };
        foreach (var exchange in exchanges)
        {
            var own = new InstrumentTable([.. instruments.All.Where(instrument => instrument.Id.Exchange == exchange)]);
            mappers[TopicNames.Trades(exchange)] = new TradeRecordMapper(own, ids[TopicNames.Trades(exchange)], registry);
            mappers[TopicNames.Raw(exchange)] = new RawFrameMapper(exchange);
        }

        var options = new KafkaLogOptions
        {
            BootstrapServers = settings.BootstrapServers!,
            Topics = [.. trades, .. exchanges.Select(exchange => new LogTopic(TopicNames.Raw(exchange), 1)), new LogTopic(TopicNames.DeadLetters, 1)],
            Mappers = mappers,
            ClientId = settings.ClientId,
            GroupId = settings.GroupId,
            TopicStep = settings.TopicStep,
            Replication = settings.Replication,
            Retention = new KafkaRetention(settings.Retention, null),
            Compression = settings.Compression,
            Linger = settings.Linger,
            MaxMessageBytes = settings.MaxMessageBytes,
            ReadAheadBytes = settings.ReadAheadBytes,
            FetchWait = settings.FetchWait,
            FetchHandles = settings.FetchHandles,
            Security = new KafkaSecurity
            {
                Tls = settings.Tls,
                CaFile = settings.CaFile,
                CertificateFile = settings.CertificateFile,
                KeyFile = settings.KeyFile,
                Sasl = settings.Sasl,
                User = settings.User,
                PasswordFile = settings.PasswordFile,
                PasswordVariable = settings.PasswordVariable,
            },
        };
        return await KafkaLog.OpenAsync(options, highestSeen, time, loggers.CreateLogger<KafkaLog>(), probe, cancellationToken);
    }

    private static SchemaRegistryClient? Registry(KafkaSettings settings, TimeProvider time)
    {
        if (settings.SchemaRegistry is not { } text) return null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address)) throw new StartupException($"{KafkaSettings.SectionName}:SchemaRegistry '{text}' is no address: write for example http://redpanda:8081.");
        return new SchemaRegistryClient(
            new SchemaRegistryOptions { Address = address, User = settings.SchemaRegistryUser, PasswordFile = settings.SchemaRegistryPasswordFile, PasswordVariable = settings.SchemaRegistryPasswordVariable }, time);
    }

    private static Dictionary<string, AvroSchemaIds> Ids(KafkaSettings settings, IReadOnlyList<LogTopic> trades)
    {
        var parts = (settings.SchemaIds ?? "").Split(',');
        if (parts.Length != 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var trade) || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var control))
            throw new StartupException($"The log in Kafka needs {KafkaSettings.SectionName}:SchemaRegistry, the registry's address, or {KafkaSettings.SectionName}:SchemaIds, two numbers with a comma between.");
        return trades.ToDictionary(topic => topic.Name, _ => new AvroSchemaIds(trade, control), StringComparer.Ordinal);
    }
}
