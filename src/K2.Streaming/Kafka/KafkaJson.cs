using System.Text.Json.Serialization;

namespace K2.Streaming.Kafka;

/// <summary>How the records of the control topic are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(EpochRecord))]
internal sealed partial class KafkaJson : JsonSerializerContext;
