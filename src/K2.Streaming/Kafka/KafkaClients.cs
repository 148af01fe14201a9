using Confluent.Kafka;
using K2.Abstractions;
using Microsoft.Extensions.Logging;

namespace K2.Streaming.Kafka;

/// <summary>Makes the client's handles, all with the same addresses and rights.</summary>
internal sealed partial class KafkaClients(KafkaLogOptions options, ILogger logger)
{
    /// <summary>
    /// How long a partition waits before the next fetch once the client's queue is full. The client's own default is a second: a reader that works through a backlog
    /// then stood still for most of it (measured: 85,000 records a second against 370,000).
    /// </summary>
    public const int FetchQueueBackoffMilliseconds = 5;

    private readonly string? _password = options.Security.Sasl == KafkaSasl.None ? null : options.Security.ReadPassword();
    private volatile string? _lastProblem;

    /// <summary>What the client last complained of: why a broker does not answer is said here only, such as a refused password.</summary>
    public string? LastProblem => _lastProblem;

    public IProducer<byte[], byte[]> Producer() => Build(() =>
        new ProducerBuilder<byte[], byte[]>(Common(new ProducerConfig
        {
            Acks = Acks.All,
            EnableIdempotence = true,
            CompressionType = options.Compression switch
            {
                KafkaCompression.Lz4 => CompressionType.Lz4,
                KafkaCompression.Zstandard => CompressionType.Zstd,
                _ => CompressionType.None,
            },
            LingerMs = options.Linger.TotalMilliseconds,
            MessageMaxBytes = options.MaxMessageBytes,
            MessageTimeoutMs = (int)options.DeliveryTimeout.TotalMilliseconds,
            DeliveryReportFields = "none", // Offset and error come in any case; key and value would be copied back.

            // The appender counts what is outstanding, and must never meet a full queue in the middle of an append.
            QueueBufferingMaxMessages = 0,
            QueueBufferingMaxKbytes = int.MaxValue,
        })).SetLogHandler((_, message) => Log(message)).SetErrorHandler((_, error) => Log(error)).Build());

    public IConsumer<byte[], byte[]> Consumer(bool reportEnd = false) => Build(() =>
        new ConsumerBuilder<byte[], byte[]>(ConsumerConfig(reportEnd)).SetLogHandler((_, message) => Log(message)).SetErrorHandler((_, error) => Log(error)).Build());

    /// <summary>Makes the consumer of one fetching thread.</summary>
    public IConsumer<byte[], ReadOnlyMemory<byte>?> Fetcher() => Build(() =>
    {
        var config = ConsumerConfig(reportEnd: false);
        config.ConsumeResultFields = "headers,topic"; // The broker's time of a message is of no use here, and costs a call for each.
        var bytes = new MessageBytes();
        return new ConsumerBuilder<byte[], ReadOnlyMemory<byte>?>(config).SetKeyDeserializer(bytes).SetValueDeserializer(bytes)
            .SetLogHandler((_, message) => Log(message)).SetErrorHandler((_, error) => Log(error)).Build();
    });

    public IAdminClient Admin() => Build(() =>
        new AdminClientBuilder(Common(new AdminClientConfig())).SetLogHandler((_, message) => Log(message)).SetErrorHandler((_, error) => Log(error)).Build());

    private ConsumerConfig ConsumerConfig(bool reportEnd) => Common(new ConsumerConfig
    {
        GroupId = options.GroupId,
        EnableAutoCommit = false,
        EnableAutoOffsetStore = false,
        AutoOffsetReset = AutoOffsetReset.Error, // What is missing is for the reader to judge.
        EnablePartitionEof = reportEnd,
        CheckCrcs = true,
        IsolationLevel = IsolationLevel.ReadUncommitted, // As the end that the broker reports.
        FetchWaitMaxMs = (int)options.FetchWait.TotalMilliseconds,
        QueuedMaxMessagesKbytes = options.ReadAheadBytes >> 10,
        FetchQueueBackoffMs = FetchQueueBackoffMilliseconds,
        AllowAutoCreateTopics = false,
    });

    private static T Build<T>(Func<T> build)
    {
        try
        {
            return build();
        }
        catch (Exception refused) when (refused is InvalidOperationException or ArgumentException or KafkaException)
        {
            throw new StartupException($"the Kafka client cannot start: {refused.Message}", refused);
        }
    }

    private T Common<T>(T config)
        where T : ClientConfig
    {
        var security = options.Security;
        config.BootstrapServers = options.BootstrapServers;
        config.ClientId = options.ClientId;
        config.SocketKeepaliveEnable = true;
        config.SocketNagleDisable = true;
        config.SocketTimeoutMs = (int)options.AnswerTimeout.TotalMilliseconds;
        config.ReconnectBackoffMs = 50;
        config.ReconnectBackoffMaxMs = 1000;
        config.SecurityProtocol = (security.Tls, security.Sasl) switch
        {
            (true, KafkaSasl.None) => SecurityProtocol.Ssl,
            (true, _) => SecurityProtocol.SaslSsl,
            (false, KafkaSasl.None) => SecurityProtocol.Plaintext,
            (false, _) => SecurityProtocol.SaslPlaintext,
        };
        if (security.CaFile is not null) config.SslCaLocation = security.CaFile;
        if (security.CertificateFile is not null) config.SslCertificateLocation = security.CertificateFile;
        if (security.KeyFile is not null) config.SslKeyLocation = security.KeyFile;
        if (security.Sasl != KafkaSasl.None)
        {
            config.SaslMechanism = security.Sasl == KafkaSasl.ScramSha256 ? SaslMechanism.ScramSha256 : SaslMechanism.ScramSha512;
            config.SaslUsername = security.User;
            config.SaslPassword = _password;
        }

        return config;
    }

    private void Log(LogMessage message)
    {
        if (message.Level <= SyslogLevel.Warning) LogClientWarning(logger, message.Name, message.Facility, message.Message);
        else LogClient(logger, message.Name, message.Facility, message.Message);
    }

    private void Log(Error error)
    {
        // That all brokers are down follows from something that was said before.
        if (error.Code != Confluent.Kafka.ErrorCode.Local_AllBrokersDown) _lastProblem = error.Reason;
        LogClientError(logger, error.Code, error.Reason);
    }

    [LoggerMessage(EventId = 3301, Level = LogLevel.Warning, Message = "{Client} {Facility}: {Message}")]
    private static partial void LogClientWarning(ILogger logger, string client, string facility, string message);

    [LoggerMessage(EventId = 3302, Level = LogLevel.Debug, Message = "{Client} {Facility}: {Message}")]
    private static partial void LogClient(ILogger logger, string client, string facility, string message);

    [LoggerMessage(EventId = 3303, Level = LogLevel.Warning, Message = "Kafka: {Code}: {Reason}")]
    private static partial void LogClientError(ILogger logger, Confluent.Kafka.ErrorCode code, string reason);
}
