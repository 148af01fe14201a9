using K2.Abstractions.Warehouse;
using K2.Api.Http;
using K2.Contracts.Http;
using K2.Domain.Instruments;
using Microsoft.AspNetCore.Http;

namespace K2.Api.Gaps;

/// <summary><c>GET /v1/gaps</c>: recorded gaps, newest first: of one instrument, or of all.</summary>
internal static class GapEndpoint
{
    public static async Task<IResult> GetAsync(HttpContext http, InstrumentTable instruments, IWarehouseReader reader, CancellationToken cancellationToken)
    {
        var request = new RequestReader(http.Request, "exchange", "symbol", "state", "limit", "format");
        var instrument = request.NamesNoInstrument ? null : request.Instrument(instruments);
        var state = request.GapState();
        var limit = request.Limit();
        var format = request.Format();
        if (request.Problem is { } problem) return problem;

        var gaps = new List<GapView>();
        await foreach (var gap in reader.ReadGapsAsync(new GapQuery(instrument?.Id.Exchange, instrument?.Id.Symbol, state, limit), cancellationToken)) gaps.Add(View(gap));
        return format == AnswerFormat.Csv
            ? new CsvResult<GapView>(GapColumns.All, gaps, null)
            : new PageResult<GapPage>(new GapPage { Data = [.. gaps] }, ApiJson.Readable.GapPage, null);
    }

    private static GapView View(StoredGap stored)
    {
        var (gap, state, _) = stored.Change;
        return new GapView
        {
            Exchange = stored.Instrument.Exchange.ToName(),
            Symbol = stored.Instrument.Symbol,
            GapStart = gap.From.ToDateTime(),
            GapEnd = gap.Until.ToDateTime(),
            FirstMissingId = gap.FirstId,
            LastMissingId = gap.LastId,
            IdEpoch = gap.IdEpoch,
            Cause = gap.Cause.ToWire(),
            State = state.ToWire(),
            Reason = gap.Reason.ToWire(),
        };
    }
}
