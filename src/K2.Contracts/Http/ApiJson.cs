using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using K2.Contracts.Cold;
using K2.Contracts.Live;
using K2.Contracts.Retention;
using K2.Contracts.Symbols;
using K2.Contracts.Verification;

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
[JsonSerializable(typeof(GapPage))]
[JsonSerializable(typeof(GapView))]
[JsonSerializable(typeof(LivePage))]
[JsonSerializable(typeof(HealthReport))]
[JsonSerializable(typeof(PlatformStatus))]
[JsonSerializable(typeof(ApiProblem))]
[JsonSerializable(typeof(TradeView))]
[JsonSerializable(typeof(CandleView))]
[JsonSerializable(typeof(LiveEvent))]
[JsonSerializable(typeof(SymbolVerification))]
[JsonSerializable(typeof(DaySummaryPage))]
[JsonSerializable(typeof(DaySummary))]
[JsonSerializable(typeof(ComparisonView))]
[JsonSerializable(typeof(RangeAverage))]
[JsonSerializable(typeof(ComparisonPage))]
[JsonSerializable(typeof(StatisticsReport))]
[JsonSerializable(typeof(CandleBatchRequest))]
[JsonSerializable(typeof(CandleBatch))]
[JsonSerializable(typeof(RetentionReport))]
[JsonSerializable(typeof(ColdRun))]
[JsonSerializable(typeof(ColdTablePage))]
[JsonSerializable(typeof(ColdSnapshotPage))]
public sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>The same JSON with characters such as <c>&amp;</c> left as they are, so that a link in it can be copied. Not for what a request brought along.</summary>
    public static ApiJson Readable => Copy.Readable;

    // In a type of its own: the order of static initialisers over the generated parts is not defined.
    private static class Copy
    {
        public static readonly ApiJson Readable = new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }
}
