using System.Globalization;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace K2.Api.Http;

/// <summary>
/// Reads the parameters of one request. The first mistake is kept in <see cref="Problem"/>; the methods then return defaults, so that an endpoint
/// reads everything and asks once.
/// </summary>
internal sealed class RequestReader
{
    public const int DefaultLimit = 500;
    public const int MaxLimit = 10_000;
    private const int MaxValueLength = 100;
    private readonly HttpRequest _request;

    public RequestReader(HttpRequest request, params ReadOnlySpan<string> known)
    {
        _request = request;
        foreach (var (name, values) in request.Query)
        {
            if (!known.Contains(name))
            {
                Fail(known.Length == 0
                    ? $"This path takes no parameters: leave out '{Shown(name)}'."
                    : $"'{Shown(name)}' is no parameter of this path: use {string.Join(", ", known.ToArray())}.");
            }
            else if (values.Count > 1)
            {
                Fail($"{name} is given {values.Count} times: give it once.");
            }
            else if (values[0]?.Length > MaxValueLength)
            {
                Fail($"{name} is longer than {MaxValueLength} characters: shorten it.");
            }
        }
    }

    /// <summary>The first mistake, or null.</summary>
    public Problem? Problem { get; private set; }

    public Timeframe Timeframe(string name)
    {
        if (!Timeframes.TryParse(name, out var timeframe)) Fail($"'{Shown(name)}' is no timeframe: write one of {string.Join(", ", Timeframes.All.Select(frame => frame.ToName()))}.");
        return timeframe;
    }

    public CandleInterval Interval(string name)
    {
        if (!CandleInterval.TryParse(name, out var interval))
            Fail($"'{Shown(name)}' is no interval: write a whole number and m, h, d or w, for example 1m, 15m, 4h, 1d or 1w, at most {CandleInterval.MaxDays}d.");
        return interval;
    }

    public Timeframe? OptionalTimeframe(string parameter) => Value(parameter) is { } name ? Timeframe(name) : null;

    /// <summary>Reads <c>exchange</c> and <c>symbol</c>, which must name a configured instrument.</summary>
    public Instrument? Instrument(InstrumentTable instruments)
    {
        if (Value("exchange") is not { } exchangeName) return Fail<Instrument>("exchange is missing: add for example exchange=binance.");
        return Value("symbol") is { } symbol ? Named(instruments, exchangeName, symbol) : Fail<Instrument>("symbol is missing: add for example symbol=BTC-USDT.");
    }

    /// <summary>Reads the optional <c>exchange</c> and a symbol, and returns the configured instruments that they name: at least one.</summary>
    public IReadOnlyList<Instrument> InstrumentsOf(InstrumentTable instruments, string? symbol)
    {
        symbol ??= Value("symbol");
        if (symbol is null) Fail("symbol is missing: add for example symbol=BTC-USDT.");
        if (Problem is not null) return [];
        if (Value("exchange") is { } exchange) return Named(instruments, exchange, symbol!) is { } one ? [one] : [];
        if (!InstrumentId.TryCreate(ExchangeNames.All[0], symbol, out var any)) Fail($"'{Shown(symbol!)}' is no symbol: write BASE-QUOTE, for example BTC-USDT.");
        var found = instruments.All.Where(instrument => instrument.Id.Symbol == any.Symbol).OrderBy(instrument => instrument.Id.Exchange).ToList();
        if (found.Count == 0) Problem ??= Problem.NotFound($"No exchange has an instrument {any.UrlSymbol} here: /v1/symbols lists those there are.");
        return found;
    }

    /// <summary>Reads a day as <c>2024-08-08</c>.</summary>
    public Timestamp Day(string text)
    {
        if (text.Length == 10 && DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) && TimeText.TryParse(text, out var day)) return day;
        Fail($"'{Shown(text)}' is no day: write it in UTC as 2024-08-08, from 1970 to 2199.");
        return default;
    }

    private Instrument? Named(InstrumentTable instruments, string exchangeName, string symbol)
    {
        if (!ExchangeNames.TryParse(exchangeName, out var exchange))
            return Fail<Instrument>($"'{Shown(exchangeName)}' is no exchange: write {string.Join(", ", ExchangeNames.All.Select(known => known.ToName()))}.");
        if (!InstrumentId.TryCreate(exchange, symbol, out var id)) return Fail<Instrument>($"'{Shown(symbol)}' is no symbol: write BASE-QUOTE, for example BTC-USDT.");
        if (instruments.TryGet(id, out var instrument)) return instrument;
        Problem ??= Problem.NotFound($"{exchange.ToName()} has no instrument {id.UrlSymbol} here: /v1/symbols lists those it has.");
        return null;
    }

    /// <summary>Whether neither exchange nor symbol is given, which some paths take as "all".</summary>
    public bool NamesNoInstrument => !_request.Query.ContainsKey("exchange") && !_request.Query.ContainsKey("symbol");

    /// <summary>Reads a moment as <see cref="TimeText"/> has it, or null if it is not given.</summary>
    public Timestamp? Time(string parameter)
    {
        if (Value(parameter) is not { } text) return null;
        if (TimeText.TryParse(text, out var time)) return time;
        Fail($"{parameter} '{Shown(text)}' is no time: write ISO 8601 in UTC such as 2024-08-08T23:55:00Z (a plus sign is %2B in a URL), or Unix seconds or milliseconds, from 1970 to 2199.");
        return null;
    }

    public int Limit(int otherwise = DefaultLimit, int most = MaxLimit)
    {
        if (Value("limit") is not { } text) return otherwise;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit >= 1 && limit <= most) return limit;
        Fail($"limit '{Shown(text)}' is out of range: write a whole number from 1 to {most}.");
        return otherwise;
    }

    /// <summary>Reads a state of the cold tables, or null if none is given. An empty one is a mistake: current rows would pass for those of a state.</summary>
    public ColdMoment? Snapshot()
    {
        if (!_request.Query.TryGetValue("snapshot", out var values)) return null;
        var text = (values.Count > 0 ? values[0] ?? "" : "").Trim();
        if (!ColdMoment.TryParse(text, out var moment)) Fail($"snapshot '{Shown(text)}' is neither the number of a snapshot nor a time: /v1/snapshots lists the numbers, and a time is ISO 8601 in UTC such as 2024-08-08T23:55:00Z (a plus sign is %2B in a URL).");
        return moment;
    }

    public long? Id(string parameter)
    {
        if (Value(parameter) is not { } text) return null;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var id)) return id;
        Fail($"{parameter} '{Shown(text)}' is no trade id: write a whole number.");
        return null;
    }

    /// <summary>Reads <c>order</c>: whether newest come first. Without it, a read that has a beginning goes forward from there and any other backward from now.</summary>
    public bool NewestFirst(bool hasBeginning)
    {
        var order = Value("order");
        if (order is not (null or "asc" or "desc")) Fail($"order '{Shown(order)}' is unknown: write asc or desc.");
        return order is null ? !hasBeginning : order == "desc";
    }

    public bool Flag(string parameter)
    {
        var text = Value(parameter);
        if (text is not (null or "true" or "false")) Fail($"{parameter} '{Shown(text)}' is unknown: write true or false.");
        return text == "true";
    }

    /// <summary>Reads <c>format</c>, and the Accept header where that is not given.</summary>
    public AnswerFormat Format()
    {
        switch (Value("format"))
        {
            case "json": return AnswerFormat.Json;
            case "csv": return AnswerFormat.Csv;
            case { } other:
                Fail($"format '{Shown(other)}' is unknown: write json or csv.");
                return AnswerFormat.Json;
        }

        var accept = _request.Headers.Accept;
        if (accept.Count == 0 || !MediaTypeHeaderValue.TryParseList(accept, out var ranges)) return AnswerFormat.Json;
        foreach (var range in ranges.Where(range => range.Quality is not 0).OrderByDescending(range => range, MediaTypeHeaderValueComparer.QualityComparer))
        {
            if (range.MediaType.Equals("text/csv", StringComparison.OrdinalIgnoreCase)) return AnswerFormat.Csv;
            if (range.MatchesAllTypes || range.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) || range.MediaType.Equals("application/*", StringComparison.OrdinalIgnoreCase)) return AnswerFormat.Json;
            if (range.MediaType.Equals("text/*", StringComparison.OrdinalIgnoreCase)) return AnswerFormat.Csv;
        }

        Problem ??= new Problem(StatusCodes.Status406NotAcceptable, "Answers are application/json or text/csv: ask for one of them.");
        return AnswerFormat.Json;
    }

    /// <summary>Reads <c>state</c> of gaps, or null if it is not given.</summary>
    public GapState? GapState()
    {
        switch (Value("state"))
        {
            case null: return null;
            case "open": return Domain.Candles.GapState.Open;
            case "filled": return Domain.Candles.GapState.Filled;
            case "unfillable": return Domain.Candles.GapState.Unfillable;
            case var other:
                Fail($"state '{Shown(other)}' is unknown: write open, filled or unfillable.");
                return null;
        }
    }

    /// <summary>Says that <c>from</c> and <c>to</c> leave no window.</summary>
    public void FailWindow() => Fail("from lies at or behind to: the window is [from, to), so write an earlier from.");

    public void Fail(string detail) => Problem ??= Problem.BadRequest(detail);

    private T? Fail<T>(string detail)
        where T : class
    {
        Fail(detail);
        return null;
    }

    private string? Value(string parameter) => _request.Query.TryGetValue(parameter, out var values) && values.Count > 0 && !string.IsNullOrWhiteSpace(values[0]) ? values[0]!.Trim() : null;

    private static string Shown(string text) =>
        string.Concat(text.Take(MaxValueLength).Select(c => char.IsControl(c) ? '?' : c));
}
