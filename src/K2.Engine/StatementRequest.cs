using System.Buffers;
using System.IO.Compression;
using System.Text;
using ZstdSharp;

namespace K2.Engine;

/// <summary>A statement as it came: its text from the URL or the body, parameters and settings, and the data of an insert.</summary>
internal sealed record StatementRequest(string Sql, IReadOnlyDictionary<string, string> Parameters, ReadOnlyMemory<byte> Data)
{
    private const int BufferBytes = 1 << 17;

    public static async Task<StatementRequest> ReadAsync(HttpRequest request, long maxBytes, CancellationToken cancellationToken)
    {
        var parameters = request.Query.ToDictionary(pair => pair.Key, pair => pair.Value.ToString(), StringComparer.Ordinal);
        if (request.HasFormContentType && request.ContentType!.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase))
        {
            foreach (var (name, value) in await request.ReadFormAsync(cancellationToken)) parameters[name] = value.ToString();
            return new StatementRequest(parameters.GetValueOrDefault("query") ?? "", parameters, default);
        }

        var body = await ReadBodyAsync(request, maxBytes, cancellationToken);
        if (parameters.GetValueOrDefault("query") is { Length: > 0 } query) return body.Length == 0 || IsInsert(query) ? new(query, parameters, body) : new(query + "\n" + Encoding.UTF8.GetString(body.Span), parameters, default);

        // The statement and its data share the body: the statement is the first line.
        var head = Encoding.UTF8.GetString(body.Span[..Math.Min(body.Length, 32)]);
        var line = body.Span.IndexOf((byte)'\n');
        if (!IsInsert(head) || line < 0) return new(Encoding.UTF8.GetString(body.Span), parameters, default);
        var first = Encoding.UTF8.GetString(body.Span[..line]);
        return first.Contains("FORMAT", StringComparison.OrdinalIgnoreCase) ? new(first, parameters, body[(line + 1)..]) : new(Encoding.UTF8.GetString(body.Span), parameters, default);
    }

    private static bool IsInsert(string sql) => sql.AsSpan().TrimStart().StartsWith("INSERT", StringComparison.OrdinalIgnoreCase);

    private static async Task<ReadOnlyMemory<byte>> ReadBodyAsync(HttpRequest request, long maxBytes, CancellationToken cancellationToken)
    {
        await using var body = request.Headers.ContentEncoding.ToString() switch
        {
            "gzip" => new GZipStream(request.Body, CompressionMode.Decompress),
            "zstd" => (Stream)new DecompressionStream(request.Body),
            _ => request.Body,
        };
        var bytes = new MemoryStream((int)Math.Min(request.ContentLength ?? 0, maxBytes));
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            while (await body.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                if (bytes.Length + read > maxBytes) throw new EngineException($"Code: 307. DB::Exception: a request of more than {maxBytes} bytes is not taken (TOO_MANY_BYTES)");
                await bytes.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
    }
}
