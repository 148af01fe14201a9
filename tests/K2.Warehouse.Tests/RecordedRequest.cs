using System.Text;

namespace K2.Warehouse.Tests;

/// <summary>A request as a client sends it, and the answer to it, unread by any client.</summary>
internal sealed record RecordedRequest(string Method, string PathAndQuery, byte[] Body, params (string Name, string Value)[] Headers)
{
    public RecordedRequest(string method, string pathAndQuery, string body, params (string Name, string Value)[] headers)
        : this(method, pathAndQuery, Encoding.UTF8.GetBytes(body), headers)
    {
    }

    public async Task<RecordedAnswer> SendAsync(HttpClient http, Uri url)
    {
        using var request = ToMessage(url);
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return new RecordedAnswer((int)answer.StatusCode, answer.Headers.Concat(answer.Content.Headers).ToDictionary(header => header.Key, header => string.Join(',', header.Value), StringComparer.OrdinalIgnoreCase), await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    public HttpRequestMessage ToMessage(Uri url)
    {
        var request = new HttpRequestMessage(new HttpMethod(Method), new Uri(url, PathAndQuery));
        if (Body.Length > 0 || Method == "POST") request.Content = new ByteArrayContent(Body);
        foreach (var (name, value) in Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value)) request.Content!.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }
}
