using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace K2.Simulator.ObjectStore;

/// <summary>
/// The part of S3's protocol that the cold store uses, on loopback, path style, with faults that its owner chooses. Requests must be signed with the stub's keys. Objects are held in memory, up
/// to <see cref="Capacity"/>, and are gone when it is disposed.
/// </summary>
public sealed class S3Stub : IAsyncDisposable
{
    /// <summary>The only access key.</summary>
    public const string AccessKey = "stub-key";

    /// <summary>Its secret key.</summary>
    public const string SecretKey = "stub-secret";

    /// <summary>The region that requests are signed for.</summary>
    public const string Region = "us-east-1";

    private const int KeptNotes = 100_000;

    private static readonly XNamespace Xml = "http://s3.amazonaws.com/doc/2006-03-01/";
    private readonly WebApplication _app;
    private readonly S3Signature _signature = new(AccessKey, SecretKey, Region);
    private readonly ConcurrentDictionary<string, StubObject> _objects = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<int, byte[]>> _uploads = new(StringComparer.Ordinal);

    private S3Stub(WebApplication app) => _app = app;

    /// <summary>Where it listens.</summary>
    public Uri Url { get; private set; } = null!;

    /// <summary>The only bucket.</summary>
    public string Bucket { get; init; } = "k2-cold";

    /// <summary>Whether it honours <c>If-None-Match: *</c>, as not every store does.</summary>
    public bool ConditionalPut { get; set; } = true;

    /// <summary>How many bytes its objects and the parts of unfinished uploads may have together; what goes beyond is answered with 507.</summary>
    public long Capacity { get; set; } = 1L << 30;

    /// <summary>How many keys one page of a listing has.</summary>
    public int PageSize { get; set; } = 7;

    /// <summary>Says what happens to a request, by its method and its key (with the query after a <c>?</c>).</summary>
    public Func<string, string, S3Fault> Faults { get; set; } = (_, _) => S3Fault.None;

    /// <summary>Every request so far, as <c>METHOD key?query</c>; of very many only the last.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>The headers of the last put.</summary>
    public IReadOnlyDictionary<string, string> LastPutHeaders { get; private set; } = new Dictionary<string, string>();

    /// <summary>What each put so far said of its content, those of parts too, as <c>key?query</c> and the header <c>x-amz-content-sha256</c>; of very many only the last.</summary>
    public ConcurrentQueue<(string Name, string Content)> Puts { get; } = [];

    /// <summary>How many uploads in parts are unfinished.</summary>
    public int UnfinishedUploads => _uploads.Count;

    /// <summary>Starts it on a port of 127.0.0.1, on a free one if none is named.</summary>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<S3Stub> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port);
            kestrel.Limits.MaxRequestBodySize = 1 << 30;
        });
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(200));
        var app = builder.Build();
        var stub = new S3Stub(app);
        app.Run(stub.HandleAsync);
        try
        {
            await app.StartAsync();
        }
        catch
        {
            await stub.DisposeAsync();
            throw;
        }

        stub.Url = new Uri(app.Urls.First());
        return stub;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private static async Task<byte[]> BodyAsync(HttpRequest request)
    {
        using var bytes = new MemoryStream();
        await request.Body.CopyToAsync(bytes, request.HttpContext.RequestAborted);
        return bytes.ToArray();
    }

    private static StubAnswer Error(int status, string code, string? message = null) => new(status, Encoding.UTF8.GetBytes(new XElement("Error", new XElement("Code", code), new XElement("Message", message ?? code)).ToString()));

    private static StubAnswer Answer(XElement body) => new(200, Encoding.UTF8.GetBytes(body.ToString()));

    // S3 has no such limit; stores that one runs oneself answer so.
    private static StubAnswer Full() => Error(507, "InsufficientStorage");

    private static void Note<T>(ConcurrentQueue<T> notes, T note)
    {
        notes.Enqueue(note);
        if (notes.Count > KeptNotes) notes.TryDequeue(out _);
    }

    // The client compares it with what it has read, unless it has a dash, as those of uploads in parts have.
#pragma warning disable CA5351 // the protocol's checksum, not a secret's
    private static string Tag(byte[] content) => $"\"{Convert.ToHexStringLower(MD5.HashData(content))}\"";
#pragma warning restore CA5351

    private async Task HandleAsync(HttpContext context)
    {
        var request = context.Request;
        var path = request.Path.Value!.TrimStart('/').Split('/', 2);
        var key = path.Length == 2 ? path[1] : "";
        var name = key + request.QueryString.Value;
        Note(Requests, $"{request.Method} {name}");
        var fault = Faults(request.Method, name);
        if (fault == S3Fault.RefuseBefore)
        {
            context.Abort();
            return;
        }

        // The body is read in any case, as a server does that means to answer.
        var body = await BodyAsync(request);
        var answer = fault switch
        {
            S3Fault.PreconditionFailed => Error(412, "PreconditionFailed"),
            S3Fault.SlowDown => Error(503, "SlowDown"),
            _ => Checked(request, path[0], key, body, fault),
        };
        if (fault == S3Fault.LoseAnswer) context.Abort();
        else if (fault == S3Fault.Hang) await WhenGoneAsync(context);
        else await answer.ExecuteAsync(context);
    }

    private static async Task WhenGoneAsync(HttpContext context)
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = context.RequestAborted.Register(gone.SetResult);
        await gone.Task;
    }

    private StubAnswer Checked(HttpRequest request, string bucket, string key, byte[] body, S3Fault fault)
    {
        if (_signature.Check(request, body, out var content) is { } refusal) return Error(refusal.Status, refusal.Code, refusal.Message);
        if (bucket != Bucket) return Error(404, "NoSuchBucket");
        return fault == S3Fault.AccessDenied ? Error(403, "AccessDenied") : Do(request, key, content);
    }

    private StubAnswer Do(HttpRequest request, string key, byte[] body)
    {
        var query = request.Query;
        if (request.Method == "PUT") Note(Puts, (key + request.QueryString.Value, request.Headers["x-amz-content-sha256"].ToString()));
        return request.Method switch
        {
            "PUT" when !HasRoomFor(body.Length) => Full(),
            "PUT" when query.ContainsKey("partNumber") => PutPart(query["uploadId"]!, int.Parse(query["partNumber"]!, CultureInfo.InvariantCulture), body),
            "PUT" => Put(request, key, body),
            "GET" when key.Length == 0 => List(query["prefix"].ToString(), query["continuation-token"].ToString(), query["max-keys"].ToString()),
            "GET" or "HEAD" when key.Length > 0 => Get(request, key),
            "HEAD" => new StubAnswer(200, []),
            "DELETE" when query.ContainsKey("uploadId") => _uploads.TryRemove(query["uploadId"]!, out _) ? new StubAnswer(204, []) : Error(404, "NoSuchUpload"),
            "DELETE" => Delete([key]),
            "POST" when query.ContainsKey("delete") => Delete([.. XDocument.Parse(Encoding.UTF8.GetString(body)).Descendants().Where(e => e.Name.LocalName == "Key").Select(e => e.Value)]),
            "POST" when query.ContainsKey("uploads") => Begin(key),
            "POST" when query.ContainsKey("uploadId") => Complete(key, query["uploadId"]!, body),
            _ => Error(501, "NotImplemented"),
        };
    }

    private bool HasRoomFor(int bytes) => bytes <= Capacity - _objects.Sum(pair => (long)pair.Value.Content.Length) - _uploads.Sum(upload => upload.Value.Sum(part => (long)part.Value.Length));

    private StubAnswer Put(HttpRequest request, string key, byte[] body)
    {
        LastPutHeaders = request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var written = new StubObject(body, TimeProvider.System.GetUtcNow(), Tag(body));
        if (!ConditionalPut || request.Headers.IfNoneMatch != "*") _objects[key] = written;
        else if (!_objects.TryAdd(key, written)) return Error(412, "PreconditionFailed");
        return new StubAnswer(200, [], ("ETag", Tag(body)));
    }

    private StubAnswer Get(HttpRequest request, string key)
    {
        if (!_objects.TryGetValue(key, out var found)) return Error(404, "NoSuchKey");
        var modified = ("Last-Modified", found.At.ToString("R", CultureInfo.InvariantCulture));
        if (request.Headers.Range.ToString() is not { Length: > 0 } range) return new StubAnswer(200, found.Content, ("ETag", found.Tag), modified);
        var bounds = range["bytes=".Length..].Split('-').Select(bound => long.Parse(bound, CultureInfo.InvariantCulture)).ToArray();
        if (bounds[0] >= found.Content.Length) return Error(416, "InvalidRange");
        var last = Math.Min(bounds[1], found.Content.Length - 1);
        return new StubAnswer(206, found.Content[(int)bounds[0]..(int)(last + 1)], ("Content-Range", $"bytes {bounds[0]}-{last}/{found.Content.Length}"), modified);
    }

    private StubAnswer List(string prefix, string after, string most)
    {
        var size = Math.Min(PageSize, most.Length > 0 ? int.Parse(most, CultureInfo.InvariantCulture) : PageSize);
        var found = _objects.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(pair.Key, after) > 0)
            .OrderBy(pair => pair.Key, StringComparer.Ordinal).Take(size + 1).ToList();
        var page = found.Take(size).ToList();
        return Answer(new XElement(
            Xml + "ListBucketResult",
            new XElement(Xml + "Name", Bucket),
            new XElement(Xml + "Prefix", prefix),
            new XElement(Xml + "KeyCount", page.Count),
            new XElement(Xml + "MaxKeys", size),
            new XElement(Xml + "IsTruncated", found.Count > size ? "true" : "false"),
            found.Count > size ? new XElement(Xml + "NextContinuationToken", page[^1].Key) : null,
            page.Select(pair => new XElement(
                Xml + "Contents",
                new XElement(Xml + "Key", pair.Key),
                new XElement(Xml + "Size", pair.Value.Content.Length),
                new XElement(Xml + "LastModified", pair.Value.At.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture))))));
    }

    private StubAnswer Delete(string[] keys)
    {
        foreach (var key in keys) _objects.TryRemove(key, out _);
        return Answer(new XElement(Xml + "DeleteResult"));
    }

    private StubAnswer Begin(string key)
    {
        var upload = Guid.NewGuid().ToString("N");
        _uploads[upload] = [];
        return Answer(new XElement(Xml + "InitiateMultipartUploadResult", new XElement(Xml + "Bucket", Bucket), new XElement(Xml + "Key", key), new XElement(Xml + "UploadId", upload)));
    }

    private StubAnswer PutPart(string upload, int number, byte[] body)
    {
        if (!_uploads.TryGetValue(upload, out var parts)) return Error(404, "NoSuchUpload");
        parts[number] = body;
        return new StubAnswer(200, [], ("ETag", Tag(body)));
    }

    private StubAnswer Complete(string key, string upload, byte[] body)
    {
        var named = XDocument.Parse(Encoding.UTF8.GetString(body)).Descendants().Where(e => e.Name.LocalName == "PartNumber").Select(e => int.Parse(e.Value, CultureInfo.InvariantCulture)).ToList();
        if (!_uploads.TryRemove(upload, out var parts)) return Error(404, "NoSuchUpload");
        if (named.Any(number => !parts.ContainsKey(number))) return Error(400, "InvalidPart");
        var content = named.SelectMany(number => parts[number]).ToArray();
        var tag = $"\"{Tag(content).Trim('"')}-{named.Count}\"";
        _objects[key] = new StubObject(content, TimeProvider.System.GetUtcNow(), tag);
        return Answer(new XElement(Xml + "CompleteMultipartUploadResult", new XElement(Xml + "Bucket", Bucket), new XElement(Xml + "Key", key), new XElement(Xml + "ETag", tag)));
    }

    private sealed record StubObject(byte[] Content, DateTimeOffset At, string Tag);

    private sealed class StubAnswer(int status, byte[] body, params (string Name, string Value)[] headers) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.StatusCode = status;
            foreach (var (name, value) in headers) response.Headers[name] = value;
            if (status == 204) return;
            response.ContentLength = body.Length;
            if (httpContext.Request.Method != "HEAD") await response.Body.WriteAsync(body, httpContext.RequestAborted);
        }
    }
}
