using System.Text.Json.Serialization;

namespace K2.Streaming.SchemaRegistry;

/// <summary>A schema as it is sent; Avro is the type that is meant where none is named.</summary>
internal sealed record SchemaText([property: JsonPropertyName("schema")] string? Schema);

/// <summary>A schema's number.</summary>
internal sealed record SchemaNumber([property: JsonPropertyName("id")] int? Id);

/// <summary>A version of a subject.</summary>
internal sealed record SubjectVersion([property: JsonPropertyName("id")] int? Id, [property: JsonPropertyName("version")] int? Version, [property: JsonPropertyName("schema")] string? Schema);

/// <summary>Whether a schema is compatible.</summary>
internal sealed record CompatibilityAnswer([property: JsonPropertyName("is_compatible")] bool? IsCompatible);

/// <summary>A subject's rule as it is set.</summary>
internal sealed record CompatibilityRule([property: JsonPropertyName("compatibility")] string? Compatibility);

/// <summary>A subject's rule as it is answered.</summary>
internal sealed record CompatibilityLevel([property: JsonPropertyName("compatibilityLevel")] string? Level);

/// <summary>A refusal.</summary>
internal sealed record RegistryError([property: JsonPropertyName("error_code")] int? Code, [property: JsonPropertyName("message")] string? Message);

[JsonSerializable(typeof(SchemaText))]
[JsonSerializable(typeof(SchemaNumber))]
[JsonSerializable(typeof(SubjectVersion))]
[JsonSerializable(typeof(CompatibilityAnswer))]
[JsonSerializable(typeof(CompatibilityRule))]
[JsonSerializable(typeof(CompatibilityLevel))]
[JsonSerializable(typeof(RegistryError))]
internal sealed partial class RegistryJson : JsonSerializerContext;
