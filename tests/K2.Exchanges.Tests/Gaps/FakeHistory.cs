using System.Globalization;
using System.Net;
using System.Text;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Trades;

namespace K2.Exchanges.Tests.Gaps;

/// <summary>A REST API whose pages are ids separated by commas, ten at a time, and which answers as the test says.</summary>
internal sealed class FakeHistory : HttpMessageHandler, ITradeHistory
{
    private const int PageSize = 10;

    /// <summary>The ids that the exchange serves, ascending.</summary>
    public List<long> Ids { get; } = [];

    public List<string> Requests { get; } = [];

    /// <summary>Is asked before each answer; null answers as usual.</summary>
    public Func<int, HttpResponseMessage?> Fault { get; set; } = _ => null;

    public Uri BaseAddress => new("http://127.0.0.1:1/");

    public RequestBudget Budget => new(1000, TimeSpan.FromSeconds(60), TimeSpan.Zero);

    public HistoryQuery First(Instrument instrument, HistoryRange range) => Query(instrument, range.FromId);

    public HistoryQuery? Read(Instrument instrument, HistoryRange range, HistoryQuery query, ReadOnlySpan<byte> body, Func<string, string?> header, Timestamp receivedTime, FrameResult result)
    {
        result.Clear();
        var text = Encoding.ASCII.GetString(body);
        if (text is "broken" or "busy")
        {
            result.Reject(text == "busy" ? RejectReasons.RestBusy : RejectReasons.BrokenJson, text);
            return null;
        }

        var ids = text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(id => long.Parse(id, CultureInfo.InvariantCulture)).ToList();
        foreach (var id in ids) result.AddTrade(0, InstrumentTrades.Trade(id, TradeSource.Backfill));
        return ids.Count < PageSize || ids[^1] >= range.ToId ? null : Query(instrument, ids[^1] + 1);
    }

    public HistoryQuery Locate(Instrument instrument, IdSearch search) => Query(instrument, search.From.Microseconds / 1000);

    public string? ReadLocated(Instrument instrument, IdSearch search, ReadOnlySpan<byte> body, Timestamp receivedTime)
    {
        if (Encoding.ASCII.GetString(body) is not { Length: > 0 } text || text == "broken") return "broken";
        search.Found(long.Parse(text.Split(',')[0], CultureInfo.InvariantCulture));
        return null;
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests.Add(request.RequestUri!.PathAndQuery);
        if (Fault(Requests.Count) is { } fault) return Task.FromResult(fault);
        var from = long.Parse(request.RequestUri.Query.Split('=')[1], CultureInfo.InvariantCulture);
        return Task.FromResult(Text(string.Join(',', Ids.Where(id => id >= from).Take(PageSize))));
    }

    public static HttpResponseMessage Text(string body) => new(HttpStatusCode.OK) { Content = new ByteArrayContent(Encoding.ASCII.GetBytes(body)) };

    private static HistoryQuery Query(Instrument instrument, long from) => new($"/{instrument.NativeSymbol}?from={from}", 1);
}
