using System.Text.Json;
using K2.Abstractions.Warehouse;
using K2.Api.Http;
using K2.Contracts.Http;
using K2.Contracts.Symbols;
using K2.Domain;
using K2.Domain.Instruments;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace K2.Api.Candles;

/// <summary><c>POST /v1/ohlcv/batch</c>: candles of several instruments in one answer.</summary>
internal static class CandleBatchEndpoint
{
    private const int MaxInstruments = 50;
    private const int MaxRows = 50_000;
    private const int MaxBody = 16 * 1024;

    public static async Task<IResult> PostAsync(HttpContext http, InstrumentTable instruments, [FromKeyedServices(WarehouseReaders.History)] IWarehouseReader reader, CancellationToken cancellationToken)
    {
        var request = new RequestReader(http.Request, "format");
        var format = request.Format();
        if (request.Problem is { } unknown) return unknown;
        if (await BodyAsync(http.Request, cancellationToken) is not { } body)
            return Problem.BadRequest($"The body is no JSON object of at most {MaxBody} bytes: write for example {{\"instruments\": [\"binance:BTC/USDT\"], \"timeframe\": \"1m\"}}.");

        var wanted = Wanted(request, instruments, body);
        var interval = request.Interval(body.Timeframe ?? "");
        var (from, to) = (Time(request, "from", body.From), Time(request, "to", body.To));
        var limit = body.Limit ?? RequestReader.DefaultLimit;
        if (limit is < 1 or > RequestReader.MaxLimit) request.Fail($"limit {limit} is out of range: write a whole number from 1 to {RequestReader.MaxLimit}.");
        else if ((long)limit * wanted.Count > MaxRows) request.Fail($"limit {limit} for {wanted.Count} instruments is more than {MaxRows} rows: ask for fewer.");
        if (body.Order is not (null or "asc" or "desc")) request.Fail("order is unknown: write asc or desc.");
        if (from >= to) request.FailWindow();
        if (request.Problem is { } problem) return problem;

        var newestFirst = body.Order is null ? from is null : body.Order == "desc";
        var views = new List<CandleView>();
        foreach (var instrument in wanted)
        {
            var query = new IntervalQuery(instrument.Id, interval, from, to, limit, newestFirst) { Fill = body.Fill };
            views.AddRange((await reader.ReadIntervalsAsync(query, cancellationToken)).Select(candle => candle.ToView(instrument)));
        }

        return format == AnswerFormat.Csv
            ? new CsvResult<CandleView>(CandleColumns.All, views, null)
            : new PageResult<CandleBatch>(new CandleBatch { Data = [.. views] }, ApiJson.Readable.CandleBatch, null);
    }

    private static async Task<CandleBatchRequest?> BodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var bytes = new byte[MaxBody + 1];
        var length = await request.Body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        if (length > MaxBody) return null;
        try
        {
            return JsonSerializer.Deserialize(bytes.AsSpan(0, length), ApiJson.Default.CandleBatchRequest);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static List<Instrument> Wanted(RequestReader request, InstrumentTable instruments, CandleBatchRequest body)
    {
        var wanted = new List<Instrument>();
        if (body.Instruments.IsDefaultOrEmpty || body.Instruments.Length > MaxInstruments)
        {
            request.Fail($"instruments must name 1 to {MaxInstruments} instruments, for example [\"binance:BTC/USDT\"].");
            return wanted;
        }

        foreach (var name in body.Instruments)
        {
            if (!InstrumentId.TryParse(name, out var id) || !instruments.TryGet(id, out var instrument)) request.Fail("instruments names one that is not here: write exchange:BASE/QUOTE as /v1/symbols lists them.");
            else if (wanted.Contains(instrument)) request.Fail($"instruments names {id} twice: name it once.");
            else wanted.Add(instrument);
        }

        return wanted;
    }

    private static Timestamp? Time(RequestReader request, string name, string? text)
    {
        if (text is null) return null;
        if (TimeText.TryParse(text, out var time)) return time;
        request.Fail($"{name} is no time: write ISO 8601 in UTC such as 2024-08-08T23:55:00Z, or Unix seconds or milliseconds, from 1970 to 2199.");
        return null;
    }
}
