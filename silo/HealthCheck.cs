using System.Net;
using System.Text.Json;
using K2.Contracts.Http;

namespace K2.Silo;

/// <summary>
/// <c>--healthcheck</c>: asks a running process's <c>/health/ready</c> and says by its exit code whether it serves. Container images of .NET have no curl and, without a shell,
/// nothing else that could ask.
/// </summary>
internal static class HealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Returns 0 when the silo at the address answers that it serves, else 1 with one line on standard error.</summary>
    public static async Task<int> RunAsync(string url, TextWriter errors)
    {
        var address = new UriBuilder(url) { Path = "/health/ready" };

        // A silo that listens on all addresses is asked on loopback.
        if (IPAddress.TryParse(address.Host, out var ip) && ip.Equals(IPAddress.Any)) address.Host = IPAddress.Loopback.ToString();
        try
        {
            using var http = new HttpClient { Timeout = Patience };
            using var answer = await http.GetAsync(address.Uri);
            if (answer.IsSuccessStatusCode) return 0;
            await errors.WriteLineAsync($"{address.Uri} answers {(int)answer.StatusCode}: {await ReasonAsync(answer)}");
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            await errors.WriteLineAsync($"{address.Uri} does not answer ({failure.Message}): see whether the silo runs, and give its --urls.");
        }

        return 1;
    }

    private static async Task<string> ReasonAsync(HttpResponseMessage answer)
    {
        try
        {
            return (await answer.Content.ReadFromJsonAsync(ApiJson.Default.ApiProblem))?.Detail ?? "";
        }
        catch (JsonException)
        {
            return "see its log.";
        }
    }
}
