using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text.RegularExpressions;

namespace K2.Engine;

/// <summary>The part of ClickHouse's HTTP protocol that its clients use, in front of the embedded engine.</summary>
internal sealed partial class HttpFront(ChdbLibrary library, ConnectionPool pool)
{
    private const long MaxBodyBytes = 256L << 20;
    private static readonly HashSet<string> NotSettings = new(StringComparer.Ordinal)
    {
        "query", "database", "default_format", "session_id", "session_timeout", "session_check", "query_id", "user", "password", "quota_key", "buffer_size", "wait_end_of_query", "compress", "decompress", "role", "close_session", "enable_http_compression", "send_progress_in_http_headers", "http_headers_progress_interval_ms", "client_protocol_version", "stacktrace",
    };

    public void Map(WebApplication app)
    {
        app.Use(RejectForeignPagesAsync);
        app.MapMethods("/ping", ["GET", "HEAD"], () => "Ok.\n");
        app.MapMethods("/", ["GET", "POST", "HEAD"], HandleAsync);
    }

    /// <summary>A page of another site must not drive the engine through the user's browser: names and origins other than loopback are refused.</summary>
    private static Task RejectForeignPagesAsync(HttpContext context, RequestDelegate next)
    {
        var origin = context.Request.Headers.Origin.ToString();
        if (!IsLoopback(context.Request.Host.Host) || (origin.Length > 0 && !(Uri.TryCreate(origin, UriKind.Absolute, out var from) && IsLoopback(from.Host))))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return context.Response.WriteAsync("Code: 516. DB::Exception: only this machine may ask (AUTHENTICATION_FAILED)\n");
        }

        return next(context);
    }

    private static bool IsLoopback(string host) => host is "localhost" || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private async Task HandleAsync(HttpContext context)
    {
        try
        {
            var request = await StatementRequest.ReadAsync(context.Request, MaxBodyBytes, context.RequestAborted);
            if (request.Sql.Length == 0) await context.Response.WriteAsync("Ok.\n", context.RequestAborted);
            else await RunAsync(context, request);
        }
        catch (EngineException refused)
        {
            await AnswerErrorAsync(context, refused.Message);
        }
    }

    private async Task RunAsync(HttpContext context, StatementRequest request)
    {
        var settings = request.Parameters.Where(p => p.Key.StartsWith("param_", StringComparison.Ordinal) || !NotSettings.Contains(p.Key)).ToList();
        foreach (var (name, _) in settings)
        {
            if (!SettingName().IsMatch(name)) throw new EngineException($"Code: 115. DB::Exception: '{name}' is no setting (UNKNOWN_SETTING)");
        }

        var gzip = request.Parameters.GetValueOrDefault("enable_http_compression") == "1" && context.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.Ordinal);
        using var output = new MemoryStream();
        var (rows, bytes) = await pool.UseAsync(
            connection =>
            {
                // The connection goes back to the pool: also what was set before a refused setting has to be taken back.
                var applied = new List<string>();
                try
                {
                    Prepare(connection, request, settings, applied);
                    return Execute(connection, request, output);
                }
                finally
                {
                    Restore(connection, request, applied);
                }
            },
            context.RequestAborted);

        context.Response.Headers["X-ClickHouse-Summary"] = string.Create(CultureInfo.InvariantCulture, $"{{\"read_rows\":\"{rows}\",\"read_bytes\":\"{bytes}\",\"written_rows\":\"0\",\"written_bytes\":\"0\",\"total_rows_to_read\":\"0\",\"result_rows\":\"0\",\"result_bytes\":\"{output.Length}\"}}");
        context.Response.Headers["X-ClickHouse-Query-Id"] = request.Parameters.GetValueOrDefault("query_id") is { Length: > 0 } id && !id.AsSpan().ContainsAny('\r', '\n') ? id : Guid.NewGuid().ToString();
        context.Response.Headers["X-ClickHouse-Server-Display-Name"] = "k2";
        context.Response.Headers["X-ClickHouse-Timezone"] = "UTC";
        context.Response.ContentType = "text/plain; charset=UTF-8";
        output.Position = 0;
        if (gzip)
        {
            context.Response.Headers.ContentEncoding = "gzip";
            await using var packed = new GZipStream(context.Response.Body, CompressionLevel.Fastest);
            await output.CopyToAsync(packed, context.RequestAborted);
            return;
        }

        context.Response.ContentLength = output.Length;
        await output.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private (ulong Rows, ulong Bytes) Execute(nint connection, StatementRequest request, MemoryStream output)
    {
        if (request.Data.Length > 0 && InsertFormat().Match(request.Sql) is { Success: true } insert)
        {
            library.Insert(connection, request.Sql[..insert.Index].TrimEnd(), insert.Groups["format"].Value, request.Data.Span);
            return (0, 0);
        }

        return library.Query(connection, request.Sql, request.Parameters.GetValueOrDefault("default_format") ?? "TabSeparated", (from, length) =>
        {
            unsafe
            {
                output.Write(new ReadOnlySpan<byte>((void*)from, length));
            }
        });
    }

    private void Prepare(nint connection, StatementRequest request, List<KeyValuePair<string, string>> settings, List<string> applied)
    {
        if (request.Parameters.GetValueOrDefault("database") is { Length: > 0 } database) library.Query(connection, $"USE `{database.Replace("`", "", StringComparison.Ordinal)}`", "TSV", null);
        foreach (var (name, value) in settings)
        {
            library.Query(connection, $"SET {name} = {Literal(value)}", "TSV", null);
            applied.Add(name);
        }
    }

    private void Restore(nint connection, StatementRequest request, List<string> applied)
    {
        if (request.Parameters.ContainsKey("database")) library.Query(connection, "USE default", "TSV", null);
        foreach (var name in applied.Where(name => !name.StartsWith("param_", StringComparison.Ordinal))) library.Query(connection, $"SET {name} = DEFAULT", "TSV", null);
        if (applied.Contains("async_insert")) library.Query(connection, "SET async_insert = 0", "TSV", null);
    }

    private static string Literal(string value) => $"'{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";

    private static async Task AnswerErrorAsync(HttpContext context, string message)
    {
        var code = ErrorCode().Match(message) is { Success: true } match ? match.Groups[1].Value : "1001";
        context.Response.StatusCode = code is "60" or "81" or "46" or "36" ? StatusCodes.Status404NotFound : code is "497" or "516" ? StatusCodes.Status403Forbidden : StatusCodes.Status500InternalServerError;
        context.Response.Headers["X-ClickHouse-Exception-Code"] = code;
        await context.Response.WriteAsync(message.TrimEnd() + "\n", context.RequestAborted);
    }

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*$")]
    private static partial Regex SettingName();

    [GeneratedRegex(@"Code: (\d+)\.")]
    private static partial Regex ErrorCode();

    [GeneratedRegex(@"\sFORMAT\s+(?<format>[A-Za-z0-9_]+)\s*;?\s*$", RegexOptions.IgnoreCase)]
    private static partial Regex InsertFormat();
}
