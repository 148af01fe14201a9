using System.Net;
using K2.Domain.Instruments;
using Microsoft.Extensions.Logging;

namespace K2.Exchanges.Rest;

/// <summary>
/// Asks one exchange's REST API: within its budget, with the waits that it asks for, and with growing ones when it fails. All who ask the
/// exchange share one, because the exchange counts them together. Thread-safe.
/// </summary>
public sealed partial class RestApi
{
    private readonly Exchange _exchange;
    private readonly Uri _address;
    private readonly RestOptions _options;
    private readonly HttpClient _http;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RateGate _rate;
    private readonly Lock _gate = new();
    private long _pausedUntil;
    private int _failures;
    private volatile string _lastError = "";

    /// <summary>Makes an access to an exchange.</summary>
    /// <param name="exchange">The exchange.</param>
    /// <param name="address">Its public address.</param>
    /// <param name="budget">What it allows.</param>
    /// <param name="options">Behaviour.</param>
    /// <param name="http">Sends the requests; not disposed of.</param>
    /// <param name="time">Clock and timers.</param>
    /// <param name="logger">Log of failures.</param>
    public RestApi(Exchange exchange, Uri address, RequestBudget budget, RestOptions options, HttpClient http, TimeProvider time, ILogger logger)
    {
        _exchange = exchange;
        _address = options.EndpointOverride ?? address;
        _options = options;
        _http = http;
        _time = time;
        _logger = logger;
        _rate = new RateGate(options.BudgetOverride ?? budget, time);
    }

    /// <summary>Why the last request failed, or empty if it did not.</summary>
    public string LastError => _lastError;

    /// <summary>The wait after a first failure.</summary>
    internal TimeSpan RetryMin => _options.RetryMin;

    /// <summary>How long nothing may be asked, because of earlier failures.</summary>
    internal TimeSpan Pause
    {
        get
        {
            lock (_gate) return _pausedUntil == 0 ? TimeSpan.Zero : _time.GetElapsedTime(_time.GetTimestamp(), _pausedUntil);
        }
    }

    /// <summary>Returns how long a request for an instrument has to wait at least.</summary>
    internal TimeSpan WaitFor(InstrumentId instrument) => Pause is var pause && _rate.WaitFor(instrument) is var turn && pause > turn ? pause : turn;

    /// <summary>Asks when it is allowed. Null if the request failed; then the next one waits.</summary>
    public async Task<RestAnswer?> GetAsync(InstrumentId instrument, HistoryQuery query, CancellationToken cancellationToken)
    {
        while (Pause is { Ticks: > 0 } pause) await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(pause.TotalMilliseconds)), _time, cancellationToken);
        await _rate.WaitAsync(instrument, query.Weight, cancellationToken);
        using var timeout = new CancellationTokenSource(_options.AnswerTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var response = await _http.GetAsync(new Uri(_address, query.PathAndQuery), HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (!response.IsSuccessStatusCode && !(query.TakesRefusals && response.StatusCode is (HttpStatusCode.BadRequest or HttpStatusCode.NotFound)))
            {
                Fail($"{query.PathAndQuery} was answered with HTTP {(int)response.StatusCode}", RetryAfter(response));
                return null;
            }

            await response.Content.LoadIntoBufferAsync(_options.MaxAnswerBytes, either.Token);
            var body = await response.Content.ReadAsByteArrayAsync(either.Token);
            var headers = response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => header.Value.FirstOrDefault(), StringComparer.OrdinalIgnoreCase);
            return new RestAnswer((int)response.StatusCode, body, headers.GetValueOrDefault);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Fail($"{query.PathAndQuery} was not answered within {_options.AnswerTimeout.TotalSeconds} s");
            return null;
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            Fail($"{query.PathAndQuery} failed: {failure.Message}");
            return null;
        }
    }

    /// <summary>Notes that an answer was of use: the next failure waits shortly again.</summary>
    public void Succeeded()
    {
        lock (_gate) _failures = 0;
        _lastError = "";
    }

    /// <summary>Notes a failure, also an answer that cannot be understood, and leaves the exchange alone for a while.</summary>
    /// <param name="problem">What happened.</param>
    /// <param name="retryAfter">What the exchange asks for, or null.</param>
    public void Fail(string problem, TimeSpan? retryAfter = null)
    {
        _lastError = problem;
        lock (_gate)
        {
            var wait = _options.RetryMin * (1 << Math.Min(_failures++, 16));
            if (wait > _options.RetryMax) wait = _options.RetryMax;
            if (retryAfter > wait) wait = retryAfter.Value;
            _pausedUntil = _time.GetTimestamp() + (long)(wait.TotalSeconds * _time.TimestampFrequency);
            LogPaused(_exchange, problem, wait);
        }
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - _time.GetUtcNow(),
        _ => response.StatusCode is HttpStatusCode.TooManyRequests or (HttpStatusCode)418 ? _options.TooManyWait : null,
    };

    [LoggerMessage(2012, LogLevel.Warning, "{Exchange}: {Problem}; next request in {Wait}")]
    private partial void LogPaused(Exchange exchange, string problem, TimeSpan wait);
}
