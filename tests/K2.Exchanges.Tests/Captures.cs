using System.IO.Compression;
using System.Text.Json;
using K2.Domain;

namespace K2.Exchanges.Tests;

/// <summary>Reads capture files without the platform's own reader, as an independent reference.</summary>
internal static class Captures
{
    /// <summary>Returns the received frames with their times.</summary>
    public static IEnumerable<(Timestamp Received, string Frame)> Read(string relative)
    {
        var path = Some.Capture(relative);
        using var file = File.OpenRead(path);
        using Stream stream = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            using var json = JsonDocument.Parse(line);
            if (json.RootElement.TryGetProperty("dir", out _)) continue;
            yield return (Timestamp.FromNanoseconds(json.RootElement.GetProperty("recv_ns").GetInt64()), json.RootElement.GetProperty("frame").GetString()!);
        }
    }
}
