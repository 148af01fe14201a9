using System.Globalization;
using K2.Client.Http;
using K2.Contracts.Http;
using K2.Domain.Instruments;
using static K2.Client.Http.RequestPath;

namespace K2.Client;

/// <summary>What a <see cref="K2Client"/> asks beside rows: days, averages, comparisons, sizes. Thread-safe.</summary>
public sealed class K2MarketQueries
{
    private readonly K2RestApi _rest;

    internal K2MarketQueries(K2RestApi rest) => _rest = rest;

    /// <summary>Returns one UTC day of a symbol: of one exchange, or of each that has trades of it.</summary>
    public async Task<IReadOnlyList<DaySummary>> GetDayAsync(string symbol, DateOnly day, string? exchange = null, CancellationToken cancellationToken = default)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/v1/summary/{Url(symbol)}/{day:yyyy-MM-dd}{(exchange is null ? "" : "?exchange=" + Uri.EscapeDataString(exchange))}");
        return (await _rest.GetAsync(path, ApiJson.Default.DaySummaryPage, cancellationToken)).Data;
    }

    /// <summary>Returns exact sums and the volume-weighted average price of [from, to), whose bounds are whole minutes.</summary>
    public Task<RangeAverage> GetAverageAsync(string exchange, string symbol, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default) =>
        _rest.GetAsync($"/v1/vwap?exchange={Uri.EscapeDataString(exchange)}&symbol={Url(symbol)}{Moment("from", from)}{Moment("to", to)}", ApiJson.Default.RangeAverage, cancellationToken);

    /// <summary>Returns the newest windows of a symbol on all exchanges that have it, newest first, or those from a moment on, oldest first.</summary>
    public async Task<IReadOnlyList<ComparisonView>> CompareAsync(string symbol, string interval, int count, DateTimeOffset? from = null, DateTimeOffset? to = null, CancellationToken cancellationToken = default)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/v1/compare/{Interval(interval)}?symbol={Url(symbol)}{Moment("from", from)}{Moment("to", to)}&limit={count}");
        return (await _rest.GetAsync(path, ApiJson.Default.ComparisonPage, cancellationToken)).Data;
    }

    /// <summary>Returns what the warehouse holds: sizes on disk and trades counted.</summary>
    public Task<StatisticsReport> GetStatisticsAsync(CancellationToken cancellationToken = default) => _rest.GetAsync("/v1/stats", ApiJson.Default.StatisticsReport, cancellationToken);

    private static string Url(string symbol) => InstrumentId.TryCreate(ExchangeNames.All[0], symbol, out var id) ? Uri.EscapeDataString(id.UrlSymbol) : throw new K2ClientException($"'{symbol}' is no symbol: write BASE/QUOTE, for example BTC/USDT.");
}
