using System.Net;
using System.Text;
using System.Text.Json;

namespace K2.TestKit.SchemaRegistry;

/// <summary>
/// The HTTP API of a schema registry within the process, written from its documentation: numbers are global, equal texts share one, and compatibility is what the test
/// says. Requests can be made to fail. Thread-safe.
/// </summary>
public sealed class SchemaRegistryStub : HttpMessageHandler
{
    private readonly Lock _gate = new();
    private readonly List<string> _schemas = [];
    private readonly Dictionary<string, List<int>> _subjects = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _rules = new(StringComparer.Ordinal);
    private readonly Queue<Func<HttpResponseMessage>> _faults = [];

    /// <summary>Every request so far, as <c>METHOD /path</c>.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>The last request's <c>Authorization</c>, or null.</summary>
    public string? Authorization { get; private set; }

    /// <summary>Says whether a schema may follow another one; by default any may.</summary>
    public Func<string, string, bool> IsCompatible { get; set; } = (_, _) => true;

    /// <summary>Answers the next requests in other ways, one after the other.</summary>
    public void Fail(params Func<HttpResponseMessage>[] answers)
    {
        lock (_gate)
        {
            foreach (var answer in answers) _faults.Enqueue(answer);
        }
    }

    /// <summary>Makes an answer.</summary>
    public static HttpResponseMessage Answer(int status, string body) => new((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, "application/vnd.schemaregistry.v1+json") };

    /// <summary>Puts a schema in, as another program would, and returns its number.</summary>
    public int Add(string subject, string schema)
    {
        lock (_gate) return Register(subject, schema);
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) => Handle(request, request.Content is null ? "" : new StreamReader(request.Content.ReadAsStream(cancellationToken)).ReadToEnd());

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Handle(request, request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken));

    private HttpResponseMessage Handle(HttpRequestMessage request, string body)
    {
        lock (_gate)
        {
            Requests.Add($"{request.Method} {request.RequestUri!.AbsolutePath}");
            Authorization = request.Headers.Authorization?.ToString();
            if (_faults.TryDequeue(out var fault)) return fault();
            // It may lie below a path of its own.
            var parts = request.RequestUri.AbsolutePath.Trim('/').Split('/').Where(part => part != "api").Select(Uri.UnescapeDataString).ToArray();
            return (request.Method.Method, parts) switch
            {
                ("GET", ["schemas", "ids", var id]) => int.Parse(id, System.Globalization.CultureInfo.InvariantCulture) is var number && number >= 1 && number <= _schemas.Count
                    ? Ok(new { schema = _schemas[number - 1] })
                    : Error(404, 40403, "Schema not found"),
                ("POST", ["subjects", var subject, "versions"]) => Registered(subject, Schema(body)),
                ("GET", ["subjects", var subject, "versions", "latest"]) => _subjects.TryGetValue(subject, out var versions)
                    ? Ok(new { subject, id = versions[^1], version = versions.Count, schema = _schemas[versions[^1] - 1] })
                    : Error(404, 40401, $"Subject '{subject}' not found."),
                ("POST", ["compatibility", "subjects", var subject, "versions", "latest"]) => _subjects.TryGetValue(subject, out var versions)
                    ? Ok(new { is_compatible = IsCompatible(_schemas[versions[^1] - 1], Schema(body)!) })
                    : Error(404, 40401, $"Subject '{subject}' not found."),
                ("GET", ["config", var subject]) => _rules.TryGetValue(subject, out var rule) ? Ok(new { compatibilityLevel = rule }) : Error(404, 40408, $"Subject '{subject}' does not have subject-level compatibility configured"),
                ("PUT", ["config", var subject]) => SetRule(subject, JsonDocument.Parse(body).RootElement.GetProperty("compatibility").GetString()!),
                _ => Error(404, 404, "HTTP 404 Not Found"),
            };
        }
    }

    private HttpResponseMessage Registered(string subject, string? schema)
    {
        if (schema is null || !IsJson(schema)) return Error(422, 42201, "Invalid schema");
        if (_subjects.TryGetValue(subject, out var versions) && !IsCompatible(_schemas[versions[^1] - 1], schema)) return Error(409, 409, "Schema being registered is incompatible with an earlier schema");
        return Ok(new { id = Register(subject, schema) });
    }

    private int Register(string subject, string schema)
    {
        var number = _schemas.IndexOf(schema) + 1;
        if (number == 0)
        {
            _schemas.Add(schema);
            number = _schemas.Count;
        }

        if (!_subjects.TryGetValue(subject, out var versions)) _subjects[subject] = versions = [];
        if (!versions.Contains(number)) versions.Add(number);
        return number;
    }

    private HttpResponseMessage SetRule(string subject, string rule)
    {
        _rules[subject] = rule;
        return Ok(new { compatibility = rule });
    }

    private static string? Schema(string body) => JsonDocument.Parse(body).RootElement.GetProperty("schema").GetString();

    private static bool IsJson(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static HttpResponseMessage Ok<T>(T body) => Answer(200, JsonSerializer.Serialize(body));

    private static HttpResponseMessage Error(int status, int code, string message) => Answer(status, JsonSerializer.Serialize(new { error_code = code, message }));
}
