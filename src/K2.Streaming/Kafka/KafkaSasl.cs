namespace K2.Streaming.Kafka;

/// <summary>How the client proves who it is.</summary>
public enum KafkaSasl
{
    /// <summary>Not by a password.</summary>
    None = 0,

    /// <summary>SCRAM-SHA-256.</summary>
    ScramSha256 = 1,

    /// <summary>SCRAM-SHA-512.</summary>
    ScramSha512 = 2,
}
