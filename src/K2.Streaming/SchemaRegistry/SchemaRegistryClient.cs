using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace K2.Streaming.SchemaRegistry;

/// <summary>
/// Speaks the HTTP API of Confluent's schema registry, which Redpanda has too (docs.confluent.io, "Schema Registry API Reference"). Requests are tried again a bounded
/// number of times; schemas are kept by number, and so is for a while which numbers the registry does not know. Thread-safe.
/// </summary>
public sealed class SchemaRegistryClient : ISchemaLookup, IDisposable
{
    /// <summary>Readers of a new schema can read what older ones wrote.</summary>
    public const string Backward = "BACKWARD";

    private const string ContentType = "application/vnd.schemaregistry.v1+json";
    private const int MaxAnswerBytes = 4 * 1024 * 1024;
    private readonly SchemaRegistryOptions _options;
    private readonly HttpClient _http;
    private readonly TimeProvider _time;
    private readonly SchemaCache _schemas;

    /// <summary>Makes a client; nothing is asked yet.</summary>
    /// <param name="options">See there.</param>
    /// <param name="time">Timers of the retries.</param>
    /// <param name="handler">Sends the requests; null for the network.</param>
    public SchemaRegistryClient(SchemaRegistryOptions options, TimeProvider time, HttpMessageHandler? handler = null)
    {
        options.Validate();
        _options = options;
        _time = time;
        _schemas = new SchemaCache(options.CacheSize, options.UnknownFor, time);
        _http = new HttpClient(handler ?? new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = options.AnswerTimeout, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
        {
            BaseAddress = options.Address.AbsolutePath.EndsWith('/') ? options.Address : new Uri(options.Address.AbsoluteUri + "/"),
            Timeout = options.AnswerTimeout,
            MaxResponseContentBufferSize = MaxAnswerBytes,
        };
        if (options.User is { } user) _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{options.Password()}")));
    }

    /// <summary>The name of a topic's subject for its values (TopicNameStrategy).</summary>
    public static string SubjectOf(string topic) => topic + "-value";

    /// <summary>Registers a schema under a subject and returns its number; one that is there already keeps its own.</summary>
    /// <exception cref="SchemaRegistryException">The schema is none or not compatible, or the registry does not answer.</exception>
    public async Task<int> RegisterAsync(string subject, string schema, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(HttpMethod.Post, $"subjects/{Uri.EscapeDataString(subject)}/versions", new SchemaText(schema), RegistryJson.Default.SchemaText, RegistryJson.Default.SchemaNumber, cancellationToken);
        var id = answer.Id ?? throw Unreadable($"the registration under '{subject}'");
        _schemas.Keep(id, schema);
        return id;
    }

    /// <summary>Returns the number, the version and the text of a subject's latest schema.</summary>
    /// <exception cref="SchemaRegistryException">There is none, or the registry does not answer.</exception>
    public async Task<(int Id, int Version, string Schema)> LatestAsync(string subject, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(HttpMethod.Get, $"subjects/{Uri.EscapeDataString(subject)}/versions/latest", RegistryJson.Default.SubjectVersion, cancellationToken);
        return answer is { Id: { } id, Version: { } version, Schema: { } schema } ? (id, version, schema) : throw Unreadable($"the question for '{subject}'");
    }

    /// <summary>Whether a schema may follow a subject's latest one by the subject's rule; true for a subject that does not exist.</summary>
    /// <exception cref="SchemaRegistryException">The schema is none, or the registry does not answer.</exception>
    public async Task<bool> IsCompatibleAsync(string subject, string schema, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await AskAsync(
                HttpMethod.Post, $"compatibility/subjects/{Uri.EscapeDataString(subject)}/versions/latest", new SchemaText(schema), RegistryJson.Default.SchemaText, RegistryJson.Default.CompatibilityAnswer, cancellationToken);
            return answer.IsCompatible ?? throw Unreadable($"the question whether a schema fits '{subject}'");
        }
        catch (SchemaRegistryException refusal) when (refusal.Code is SchemaRegistryException.UnknownSubject or SchemaRegistryException.UnknownVersion)
        {
            return true;
        }
    }

    /// <summary>Returns a subject's own rule of compatibility, or null if it has none and the registry's holds.</summary>
    /// <exception cref="SchemaRegistryException">The registry does not answer.</exception>
    public async Task<string?> CompatibilityAsync(string subject, CancellationToken cancellationToken)
    {
        try
        {
            return (await AskAsync(HttpMethod.Get, $"config/{Uri.EscapeDataString(subject)}", RegistryJson.Default.CompatibilityLevel, cancellationToken)).Level;
        }
        catch (SchemaRegistryException refusal) when (refusal.Code is SchemaRegistryException.UnknownSubject or SchemaRegistryException.NoRule)
        {
            return null;
        }
    }

    /// <summary>Sets a subject's rule of compatibility.</summary>
    /// <exception cref="SchemaRegistryException">The registry does not know the rule, or does not answer.</exception>
    public Task SetCompatibilityAsync(string subject, string rule, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Put, $"config/{Uri.EscapeDataString(subject)}", new CompatibilityRule(rule), RegistryJson.Default.CompatibilityRule, RegistryJson.Default.CompatibilityRule, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>It blocks, at most for one answer's time: readers of a log call it, and meet a new number about once in months.</remarks>
    public string? Find(int id)
    {
        if (_schemas.TryGet(id, out var known)) return known;
        using var request = new HttpRequestMessage(HttpMethod.Get, $"schemas/ids/{id}");
        var what = $"the question for schema {id}";
        try
        {
            using var response = _http.Send(request);
            using var body = new MemoryStream();
            response.Content.ReadAsStream().CopyTo(body);
            return Keep(id, Read(what, response.StatusCode, body.GetBuffer().AsSpan(0, (int)body.Length), RegistryJson.Default.SchemaText).Schema ?? throw Unreadable(what));
        }
        catch (SchemaRegistryException refusal) when (refusal.Code == SchemaRegistryException.UnknownSchema)
        {
            return Keep(id, null);
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException or IOException)
        {
            throw Silent(what, failure);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private string? Keep(int id, string? schema)
    {
        _schemas.Keep(id, schema);
        return schema;
    }

    private Task<TAnswer> AskAsync<TAnswer>(HttpMethod method, string path, JsonTypeInfo<TAnswer> answerType, CancellationToken cancellationToken) =>
        AskAsync<object, TAnswer>(method, path, null, null, answerType, cancellationToken);

    private async Task<TAnswer> AskAsync<TContent, TAnswer>(HttpMethod method, string path, TContent? content, JsonTypeInfo<TContent>? contentType, JsonTypeInfo<TAnswer> answerType, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await AskOnceAsync(method, path, content, contentType, answerType, cancellationToken);
            }
            catch (SchemaRegistryException failure) when (failure.IsTransient && attempt < _options.Attempts)
            {
                await Task.Delay(_options.RetryWait * (1 << (attempt - 1)), _time, cancellationToken);
            }
        }
    }

    private async Task<TAnswer> AskOnceAsync<TContent, TAnswer>(HttpMethod method, string path, TContent? content, JsonTypeInfo<TContent>? contentType, JsonTypeInfo<TAnswer> answerType, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        if (contentType is not null)
        {
            request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(content!, contentType));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(ContentType);
        }

        var what = $"{method} {path}";
        try
        {
            using var response = await _http.SendAsync(request, cancellationToken);
            return Read(what, response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellationToken), answerType);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw Silent(what, failure);
        }
    }

    private T Read<T>(string what, HttpStatusCode status, ReadOnlySpan<byte> body, JsonTypeInfo<T> type)
    {
        if ((int)status is < 200 or > 299)
        {
            var error = TryParse(body, RegistryJson.Default.RegistryError);
            var code = error?.Code ?? (int)status;
            throw new SchemaRegistryException(
                $"the schema registry at {_options.Address} refused {what}: {error?.Message ?? "HTTP " + (int)status} ({code})", code, (int)status >= 500 || status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests);
        }

        return TryParse(body, type) ?? throw Unreadable(what);
    }

    private static T? TryParse<T>(ReadOnlySpan<byte> body, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(body, type);
        }
        catch (JsonException)
        {
            return default;
        }
    }

    private SchemaRegistryException Unreadable(string what) => new($"the schema registry at {_options.Address} answered {what} with something that is not its protocol", 0, isTransient: true);

    private SchemaRegistryException Silent(string what, Exception failure) => new($"the schema registry at {_options.Address} does not answer {what}: {failure.Message}", 0, isTransient: true, failure);
}
