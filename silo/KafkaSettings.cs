using K2.Streaming.Kafka;

namespace K2.Silo;

/// <summary>The settings below <c>K2:Kafka</c> (environment: <c>K2__Kafka__…</c>). With <see cref="BootstrapServers"/> the log is in Kafka, else in the data folder.</summary>
internal sealed class KafkaSettings
{
    /// <summary>Name of the section.</summary>
    public const string SectionName = "K2:Kafka";

    /// <summary>Addresses of some brokers, <c>host:port</c> with commas between.</summary>
    public string? BootstrapServers { get; set; }

    /// <summary>Which source the topics are for: live by default. A silo of another source refuses them, so that simulated trades never stand among real ones.</summary>
    public string Source { get; set; } = "live";

    /// <summary>Partitions of each exchange's trades; 8 by default. They cannot be changed later.</summary>
    public int PartitionsPerExchange { get; set; } = 8;

    /// <summary>As <see cref="KafkaLogOptions.ClientId"/>.</summary>
    public string ClientId { get; set; } = "k2";

    /// <summary>As <see cref="KafkaLogOptions.GroupId"/>.</summary>
    public string GroupId { get; set; } = "k2";

    /// <summary>As <see cref="KafkaLogOptions.TopicStep"/>.</summary>
    public KafkaTopicStep TopicStep { get; set; } = KafkaTopicStep.Create;

    /// <summary>As <see cref="KafkaLogOptions.Replication"/>.</summary>
    public int Replication { get; set; } = 1;

    /// <summary>As <see cref="KafkaLogOptions.Retention"/>'s age.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>As <see cref="KafkaLogOptions.Compression"/>.</summary>
    public KafkaCompression Compression { get; set; } = KafkaCompression.Lz4;

    /// <summary>As <see cref="KafkaLogOptions.Linger"/>.</summary>
    public TimeSpan Linger { get; set; } = TimeSpan.FromMilliseconds(5);

    /// <summary>As <see cref="KafkaLogOptions.MaxMessageBytes"/>.</summary>
    public int MaxMessageBytes { get; set; } = 1_000_000;

    /// <summary>As <see cref="KafkaLogOptions.ReadAheadBytes"/>.</summary>
    public int ReadAheadBytes { get; set; } = 4 << 20;

    /// <summary>As <see cref="KafkaLogOptions.FetchWait"/>.</summary>
    public TimeSpan FetchWait { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>As <see cref="KafkaLogOptions.FetchHandles"/>.</summary>
    public int FetchHandles { get; set; } = 1;

    /// <summary>As <see cref="KafkaSecurity.Tls"/>.</summary>
    public bool Tls { get; set; }

    /// <summary>As <see cref="KafkaSecurity.CaFile"/>.</summary>
    public string? CaFile { get; set; }

    /// <summary>As <see cref="KafkaSecurity.CertificateFile"/>.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>As <see cref="KafkaSecurity.KeyFile"/>.</summary>
    public string? KeyFile { get; set; }

    /// <summary>As <see cref="KafkaSecurity.Sasl"/>.</summary>
    public KafkaSasl Sasl { get; set; }

    /// <summary>As <see cref="KafkaSecurity.User"/>.</summary>
    public string? User { get; set; }

    /// <summary>As <see cref="KafkaSecurity.PasswordFile"/>.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>As <see cref="KafkaSecurity.PasswordVariable"/>.</summary>
    public string? PasswordVariable { get; set; }

    /// <summary>The schema registry's address.</summary>
    public string? SchemaRegistry { get; set; }

    /// <summary>User of the schema registry, or null for none.</summary>
    public string? SchemaRegistryUser { get; set; }

    /// <summary>File whose first line is that user's password.</summary>
    public string? SchemaRegistryPasswordFile { get; set; }

    /// <summary>Environment variable that holds that user's password.</summary>
    public string? SchemaRegistryPasswordVariable { get; set; }

    /// <summary>In place of a registry: the schemas' numbers, trade and control with a comma between. For clusters without one.</summary>
    public string? SchemaIds { get; set; }
}
