using System.Globalization;
using System.Net;
using K2.Domain.Instruments;

namespace K2.Cli.Rig;

/// <summary>A user of the API who asks without pause, one kind of request after another, and notes what is not answered.</summary>
internal sealed class ApiProbe : IAsyncDisposable
{
    private const int Symbols = 6;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    // An app's own patience: longer than the cluster takes to find a silo dead.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly HttpClient _http = new() { Timeout = Patience };
    private readonly Uri _url;
    private readonly string[] _paths;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly List<ApiAnswer> _answers = [];
    private readonly Task _asking;

    /// <summary>Begins to ask.</summary>
    /// <param name="url">Where the API is.</param>
    /// <param name="exchange">An exchange's name.</param>
    /// <param name="symbols">Canonical symbols of it, asked in turn.</param>
    /// <param name="time">Paces the questions.</param>
    private ApiProbe(Uri url, string exchange, IReadOnlyList<string> symbols, TimeProvider time)
    {
        _url = url;
        _time = time;
        _paths = [.. symbols.Select(Uri.EscapeDataString).SelectMany(symbol => (string[])
        [
            $"v1/ohlcv/1m?exchange={exchange}&symbol={symbol}&order=desc&limit=100",
            $"v1/live?exchange={exchange}&symbol={symbol}",
            $"v1/trades?exchange={exchange}&symbol={symbol}&order=desc&limit=100",
            $"v1/ohlcv/1m?exchange={exchange}&symbol={symbol}&order=desc&limit=10&live=true",
            $"v1/trades/last?exchange={exchange}&symbol={symbol}",
        ])];
        _asking = Task.WhenAll(Enumerable.Range(0, 2).Select(LoopAsync));
    }

    /// <summary>Begins to ask a rig's API for a few symbols of its first exchange.</summary>
    public static ApiProbe Of(ClusterRig rig, InstrumentTable instruments, TimeProvider time)
    {
        var exchange = rig.Venues.All[0].Exchange;
        return new ApiProbe(rig.ApiUrl, exchange.ToName(), [.. instruments.All.Where(instrument => instrument.Id.Exchange == exchange).Take(Symbols).Select(instrument => instrument.Id.Symbol)], time);
    }

    /// <summary>What was answered to requests that began at or after a moment.</summary>
    public IReadOnlyList<ApiAnswer> Since(long moment)
    {
        lock (_lock) return [.. _answers.Where(answer => answer.Began >= moment)];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _asking;
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task LoopAsync(int offset)
    {
        for (var i = offset * _paths.Length / 2; !_stop.IsCancellationRequested; i++)
        {
            try
            {
                var answer = await AskAsync(_paths[i % _paths.Length]);
                lock (_lock) _answers.Add(answer);
                await Task.Delay(Pace, _time, _stop.Token);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task<ApiAnswer> AskAsync(string path)
    {
        var began = _time.GetTimestamp();
        try
        {
            using var response = await _http.GetAsync(new Uri(_url, path), _stop.Token);
            var body = await response.Content.ReadAsStringAsync(_stop.Token);
            var mayRepeat = response.StatusCode == HttpStatusCode.ServiceUnavailable && response.Headers.RetryAfter is not null;
            return new ApiAnswer(began, _time.GetElapsedTime(began), path, response.IsSuccessStatusCode ? "" : string.Create(CultureInfo.InvariantCulture, $"{(int)response.StatusCode} {body}"), mayRepeat);
        }
        catch (HttpRequestException broken)
        {
            // Nobody listens, or the process died: a request that only reads may be repeated.
            return new ApiAnswer(began, _time.GetElapsedTime(began), path, broken.Message, true);
        }
        catch (TaskCanceledException) when (!_stop.IsCancellationRequested)
        {
            return new ApiAnswer(began, _time.GetElapsedTime(began), path, "no answer", false);
        }
    }
}
