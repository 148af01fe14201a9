using System.Net;
using System.Text.RegularExpressions;

namespace K2.Warehouse.Tests.Writing;

/// <summary>ClickHouse's HTTP front as far as inserts go: away on demand, and counting. Thread-safe.</summary>
internal sealed partial class ScriptedClickHouse : HttpMessageHandler
{
    private readonly Lock _gate = new();
    private readonly List<string> _taken = [];
    private int _refused;

    /// <summary>Whether connections are refused.</summary>
    public volatile bool IsAway;

    /// <summary>Code of the error that every insert is answered with; 0 takes it.</summary>
    public volatile int Code;

    /// <summary>The table of each insert that was taken, in order.</summary>
    public IReadOnlyList<string> Taken
    {
        get
        {
            lock (_gate) return [.. _taken];
        }
    }

    /// <summary>Connections refused so far.</summary>
    public int Refused => Volatile.Read(ref _refused);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (IsAway)
        {
            Interlocked.Increment(ref _refused);
            throw new HttpRequestException("connection refused");
        }

        if (request.Content is not null) await request.Content.ReadAsByteArrayAsync(cancellationToken);
        if (Code != 0)
        {
            var answer = new HttpResponseMessage(HttpStatusCode.InternalServerError) { Content = new StringContent($"Code: {Code}. DB::Exception: as the test wants it.\n") };
            answer.Headers.Add("X-ClickHouse-Exception-Code", Code.ToString(System.Globalization.CultureInfo.InvariantCulture));
            return answer;
        }

        lock (_gate) _taken.Add(TableName().Match(Uri.UnescapeDataString(request.RequestUri!.Query)).Value);
        return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("") };
    }

    [GeneratedRegex(@"(?<=k2\.)\w+")]
    private static partial Regex TableName();
}
