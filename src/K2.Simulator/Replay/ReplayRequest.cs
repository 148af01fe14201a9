using System.Text.Json;

namespace K2.Simulator.Replay;

/// <summary>Reads a client's request without ever failing: what is not there, or is of another kind, is null.</summary>
internal static class ReplayRequest
{
    /// <summary>Returns the request, or an empty one for text that is no JSON.</summary>
    public static JsonDocument Parse(ReadOnlyMemory<byte> request)
    {
        try
        {
            return JsonDocument.Parse(request);
        }
        catch (JsonException)
        {
            return JsonDocument.Parse("{}");
        }
    }

    public static string? Text(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    public static List<string>? Texts(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)]
            : null;
}
