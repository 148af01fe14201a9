using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace K2.Engine;

/// <summary>A statement as it came: its text from the URL and the body, its data, parameters, settings and external tables.</summary>
internal sealed class StatementRequest : IAsyncDisposable
{
    private readonly CollectedBody _body;
    private readonly Dictionary<string, string> _parameters;

    private StatementRequest(HttpRequest request, Dictionary<string, string> parameters, CollectedBody body)
    {
        _body = body;
        _parameters = parameters;
        ChangesNothing = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || Parameter("readonly") is { Length: > 0 } and not "0";
        IsPlatform = request.Headers.ContainsKey(RequestNames.PlatformHeader);
        IsStreamed = !IsPlatform || request.Headers.ContainsKey(RequestNames.StreamHeader);
        Id = Checked(Parameter("query_id") ?? Header(request, "X-ClickHouse-Query-Id")) ?? Guid.NewGuid().ToString();
        SessionId = Checked(Parameter("session_id"));
        Database = Header(request, "X-ClickHouse-Database") ?? Parameter("database");
        if (Database == "default" && SessionId is null) Database = null;
        DefaultFormat = Header(request, "X-ClickHouse-Format") ?? Parameter("default_format") ?? "TabSeparated";
        ProtocolVersion = Number("client_protocol_version", 0);
        AcceptEncoding = Parameter("enable_http_compression") is "0" or "false" ? "" : request.Headers.AcceptEncoding.ToString();
    }

    /// <summary>The statement and where its parts are.</summary>
    public SqlStatement Statement { get; private set; } = SqlStatement.Read([]);

    /// <summary>The statement's text, without data.</summary>
    public string Sql { get; private set; } = "";

    /// <summary>The statement's text in front of its FORMAT clause, if it has one.</summary>
    public string SqlBeforeFormat { get; private set; } = "";

    /// <summary>Data of an insert as far as they were collected.</summary>
    public ReadOnlyMemory<byte> Data { get; private set; }

    /// <summary>The rest of the data; null if there is none.</summary>
    public Stream? MoreData => _body.Rest;

    /// <summary>Text and data of an insert, while they are small; null for others.</summary>
    public string? WholeText { get; private set; }

    /// <summary>Tables that came with the query.</summary>
    public IReadOnlyList<ExternalTable> Tables { get; private set; } = [];

    /// <summary>True for methods and settings with which ClickHouse changes nothing.</summary>
    public bool ChangesNothing { get; }

    /// <summary>True for the platform's own requests.</summary>
    public bool IsPlatform { get; }

    /// <summary>Whether rows are sent as they come; else they are collected first, which is quicker for few.</summary>
    public bool IsStreamed { get; }

    /// <summary>The client's id of this query, or one made for it.</summary>
    public string Id { get; }

    /// <summary>The session, or null.</summary>
    public string? SessionId { get; }

    /// <summary>The database to begin in, or null.</summary>
    public string? Database { get; }

    /// <summary>The format of an answer whose statement names none.</summary>
    public string DefaultFormat { get; }

    /// <summary>The version of ClickHouse's own protocol whose form of Native the client reads; 0 for the plain form.</summary>
    public long ProtocolVersion { get; }

    /// <summary>Encodings that the client takes; empty for none.</summary>
    public string AcceptEncoding { get; }

    /// <summary>True if the answer is sent in ClickHouse's own compression.</summary>
    public bool Compress => IsTrue("compress");

    /// <summary>True if the answer is sent when the query has ended.</summary>
    public bool WaitsForEnd => IsTrue("wait_end_of_query");

    /// <summary>What is set for this request: settings, and query parameters by the names param_x.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Settings => [.. _parameters.Where(pair => pair.Key.Length > 0 && !RequestNames.Reserved.Contains(pair.Key) && !IsOfTable(pair.Key))];

    /// <summary>True if nothing has to be set before the statement.</summary>
    public bool IsPlain => Database is null && Tables.Count == 0 && Settings.Count == 0;

    /// <summary>Reads a request.</summary>
    /// <exception cref="EngineException">It is beyond a limit or not well formed.</exception>
    public static async Task<StatementRequest> ReadAsync(HttpRequest request, CollectBudget budget, CancellationToken cancellationToken)
    {
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in request.Query) parameters[name] = value.Count > 0 ? value[^1] ?? "" : "";
        var body = new CollectedBody(budget);
        try
        {
            var tables = new List<(string Name, byte[] Data)>();
            if (request.ContentType?.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase) == true) await ReadPartsAsync(request, parameters, tables, body, cancellationToken);
            else await ReadTextAsync(request, parameters, body, cancellationToken);
            if (tables.Count > 0 || body.Length == 0) body.Add(Encoding.UTF8.GetBytes(parameters.GetValueOrDefault("query") ?? ""));
            var read = new StatementRequest(request, parameters, body);
            read.Tables = [.. tables.Select(table => ExternalTable.From(table.Name, table.Data, parameters))];
            read.Split();
            return read;
        }
        catch (Exception failure) when (failure is InvalidDataException or InvalidOperationException or ZstdSharp.ZstdException or EndOfStreamException)
        {
            await body.DisposeAsync();
            throw EngineException.Of(271, $"The request's body cannot be read: {failure.Message}", "CANNOT_DECOMPRESS");
        }
        catch (IOException cut) when (cut is not BadHttpRequestException && !cancellationToken.IsCancellationRequested)
        {
            await body.DisposeAsync();
            throw EngineException.Of(36, $"The request's body cannot be read: {cut.Message}", "BAD_ARGUMENTS");
        }
        catch
        {
            await body.DisposeAsync();
            throw;
        }
    }

    /// <summary>A parameter's value; null if it is missing or empty.</summary>
    public string? Parameter(string name) => _parameters.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;

    /// <summary>A parameter that is a whole number.</summary>
    /// <exception cref="EngineException">It is none.</exception>
    public long Number(string name, long otherwise) => Parameter(name) is not { } text ? otherwise : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw EngineException.Of(36, $"Invalid {name}: '{text}'", "BAD_ARGUMENTS");

    /// <summary>True for 1 and true.</summary>
    public bool IsTrue(string name) => Parameter(name) is "1" or "true";

    public ValueTask DisposeAsync() => _body.DisposeAsync();

    private static string? Header(HttpRequest request, string name) => request.Headers[name].ToString() is { Length: > 0 } value ? value : null;

    private static string? Checked(string? id) => id is null || (id.Length <= FrontLimits.IdLength && !id.Any(sign => sign is < ' ' or > '~')) ? id : throw EngineException.Of(36, $"An id has at most {FrontLimits.IdLength} printable ASCII characters", "BAD_ARGUMENTS");

    private static async Task ReadTextAsync(HttpRequest request, Dictionary<string, string> parameters, CollectedBody body, CancellationToken cancellationToken)
    {
        // As in ClickHouse the statement is the parameter, a line break and the body.
        if (parameters.GetValueOrDefault("query")?.AsSpan().TrimEnd().TrimEnd(';').ToString() is { Length: > 0 } query) body.Add(Encoding.UTF8.GetBytes(query + "\n"));
        var stream = BodyEncoding.Decode(request.Body, request.Headers.ContentEncoding.ToString());
        if (parameters.GetValueOrDefault("decompress") is "1" or "true") stream = new UnpackingStream(stream);
        await body.CollectAsync(stream, request.ContentLength, cancellationToken);
    }

    private static async Task ReadPartsAsync(HttpRequest request, Dictionary<string, string> parameters, List<(string Name, byte[] Data)> tables, CollectedBody body, CancellationToken cancellationToken)
    {
        var boundary = MediaTypeHeaderValue.TryParse(request.ContentType, out var type) ? HeaderUtilities.RemoveQuotes(type.Boundary).ToString() : "";
        if (boundary.Length is 0 or > 200) throw EngineException.Of(36, "A multipart body needs a boundary of at most 200 characters", "BAD_ARGUMENTS");
        var left = FrontLimits.MultipartBytes;
        var reader = new MultipartReader(boundary, BodyEncoding.Decode(request.Body, request.Headers.ContentEncoding.ToString()));
        for (var parts = 1; await reader.ReadNextSectionAsync(cancellationToken) is { } part; parts++)
        {
            if (parts > FrontLimits.Parts) throw EngineException.Of(36, $"A multipart body of more than {FrontLimits.Parts} parts is not taken", "BAD_ARGUMENTS");
            if (!ContentDispositionHeaderValue.TryParse(part.ContentDisposition, out var disposition)) continue;
            var name = HeaderUtilities.RemoveQuotes(disposition.Name).ToString();
            using var bytes = new MemoryStream();
            var buffer = new byte[1 << 16];
            while (await part.Body.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                if ((left -= read) < 0) throw EngineException.Of(307, $"A multipart body of more than {FrontLimits.MultipartBytes} bytes is not taken", "TOO_MANY_BYTES");
                if (!body.Count(read)) throw EngineException.Of(202, "Too many large requests at the same time", "TOO_MANY_SIMULTANEOUS_QUERIES");
                await bytes.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }

            // A part with a file name, be it empty, is a table; another one a parameter.
            if (disposition.Parameters.Any(parameter => parameter.Name.Equals("filename", StringComparison.OrdinalIgnoreCase))) tables.Add((name, bytes.ToArray()));
            else parameters[name] = Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
        }
    }

    private bool IsOfTable(string name) => Tables.Any(table => name == table.Name + "_structure" || name == table.Name + "_types" || name == table.Name + "_format");

    private void Split()
    {
        var text = _body.Bytes.Span;
        Statement = SqlStatement.Read(text[..Math.Min(text.Length, FrontLimits.StatementBytes)]);
        if (Statement.DataStart < 0 && (text.Length > FrontLimits.StatementBytes || MoreData is not null)) throw EngineException.Of(229, $"Max query size exceeded: a statement of more than {FrontLimits.StatementBytes} bytes is not taken", "QUERY_IS_TOO_LARGE");
        Sql = Encoding.UTF8.GetString(text[..Statement.Length]);
        if (Statement.FormatStart >= 0) SqlBeforeFormat = Encoding.UTF8.GetString(text[..Statement.FormatStart]);
        if (Statement.DataStart < 0) return;
        var data = Statement.DataStart;
        // Behind FORMAT X blanks and one line break belong to the statement.
        while (data < text.Length && text[data] is (byte)' ' or (byte)'\t' or (byte)'\f') data++;
        if (data < text.Length && text[data] == (byte)'\r') data++;
        if (data < text.Length && text[data] == (byte)'\n') data++;
        Data = _body.Bytes[data..];
        if (MoreData is null && Statement.Format == "Values" && text.Length <= 1 << 18) WholeText = Encoding.UTF8.GetString(text);
    }
}
