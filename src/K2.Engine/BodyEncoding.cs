using System.IO.Compression;
using K4os.Compression.LZ4.Streams;
using ZstdSharp;

namespace K2.Engine;

/// <summary>The encodings of HTTP bodies that clients of ClickHouse use.</summary>
internal static class BodyEncoding
{
    // In the order in which they cost the least: both sides are on this machine.
    private static readonly string[] Answers = ["lz4", "zstd", "gzip", "deflate", "br"];

    /// <summary>The body without its encoding.</summary>
    /// <exception cref="EngineException">The encoding is unknown.</exception>
    public static Stream Decode(Stream body, string encoding) => encoding.Trim().ToLowerInvariant() switch
    {
        "" or "identity" => body,
        "gzip" or "x-gzip" => new GZipStream(body, CompressionMode.Decompress),
        "deflate" => new ZLibStream(body, CompressionMode.Decompress),
        "br" => new BrotliStream(body, CompressionMode.Decompress),
        "zstd" => new DecompressionStream(body),
        "lz4" => LZ4Stream.Decode(body),
        var other => throw EngineException.Of(48, $"Unknown compression method '{other}': the embedded engine takes gzip, deflate, br, zstd and lz4", "NOT_IMPLEMENTED"),
    };

    /// <summary>The encoding for an answer by the request's Accept-Encoding; null for none.</summary>
    public static string? Choose(string accepted)
    {
        var names = accepted.Split(',').Select(part => part.Split(';')).Where(parts => !parts.Skip(1).Any(part => part.Trim() is "q=0" or "q=0.0")).Select(parts => parts[0].Trim()).ToList();
        return Answers.FirstOrDefault(answer => names.Contains(answer, StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>Wraps an answer's body; the body stays open.</summary>
    public static Stream Encode(Stream body, string encoding) => encoding switch
    {
        "lz4" => LZ4Stream.Encode(body, leaveOpen: true),
        "zstd" => new CompressionStream(body, leaveOpen: true),
        "gzip" => new GZipStream(body, CompressionLevel.Fastest, leaveOpen: true),
        "deflate" => new ZLibStream(body, CompressionLevel.Fastest, leaveOpen: true),
        _ => new BrotliStream(body, CompressionLevel.Fastest, leaveOpen: true),
    };
}
