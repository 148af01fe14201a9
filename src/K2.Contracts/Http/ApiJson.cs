using System.Text.Json.Serialization;
using K2.Contracts.Live;
using K2.Contracts.Symbols;

namespace K2.Contracts.Http;

/// <summary>
/// The JSON of the REST API, for server and clients alike: snake_case names, decimals as strings, times as ISO 8601 in UTC with microseconds.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(DecimalTextConverter), typeof(UtcTimeConverter), typeof(TakerSideConverter), typeof(TradeSourceConverter), typeof(TradeKindConverter), typeof(CompletenessConverter)])]
[JsonSerializable(typeof(CandlePage))]
[JsonSerializable(typeof(TradePage))]
[JsonSerializable(typeof(SymbolPage))]
[JsonSerializable(typeof(LivePage))]
[JsonSerializable(typeof(HealthReport))]
[JsonSerializable(typeof(PlatformStatus))]
[JsonSerializable(typeof(ApiProblem))]
[JsonSerializable(typeof(TradeView))]
[JsonSerializable(typeof(CandleView))]
[JsonSerializable(typeof(LiveEvent))]
public sealed partial class ApiJson : JsonSerializerContext;
