using System.Text.Json;
using System.Text.Json.Serialization;

namespace K2.Contracts.Hosting;

/// <summary>Where a running silo can be reached. The silo answers it at <c>GET /v1/cluster</c> and keeps it as <c>silo.json</c> in its data folder while it runs.</summary>
public sealed record SiloEndpoints
{
    /// <summary>The file's name in the data folder.</summary>
    public const string FileName = "silo.json";

    /// <summary>Process id of the silo.</summary>
    public required int ProcessId { get; init; }

    /// <summary>Base address of API and pages, for example <c>http://127.0.0.1:8180</c>.</summary>
    public required string Url { get; init; }

    /// <summary>Base address of ClickHouse's HTTP protocol, without credentials.</summary>
    public required string ClickHouseUrl { get; init; }

    /// <summary>Orleans gateway as <c>address:port</c>.</summary>
    public required string Gateway { get; init; }

    /// <summary>Orleans cluster id.</summary>
    public required string ClusterId { get; init; }

    /// <summary>Orleans service id.</summary>
    public required string ServiceId { get; init; }

    /// <summary>simulated, live or replay.</summary>
    public required string Source { get; init; }

    /// <summary>When the silo started, UTC.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>all, silo or api.</summary>
    public string Role { get; init; } = "all";

    /// <summary>Returns the JSON form.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, SiloEndpointsJson.Default.SiloEndpoints);

    /// <summary>Reads the JSON form.</summary>
    /// <exception cref="JsonException">The text is not of that form.</exception>
    public static SiloEndpoints FromJson(string json) =>
        JsonSerializer.Deserialize(json, SiloEndpointsJson.Default.SiloEndpoints) ?? throw new JsonException("the endpoints of a silo are null");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(SiloEndpoints))]
internal sealed partial class SiloEndpointsJson : JsonSerializerContext;
