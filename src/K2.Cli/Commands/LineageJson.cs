using System.Text.Json.Serialization;
using K2.Warehouse.Reading;

namespace K2.Cli.Commands;

/// <summary>How outcomes and stories become JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(QualityCheck))]
[JsonSerializable(typeof(CandleStory))]
internal sealed partial class LineageJson : JsonSerializerContext;
