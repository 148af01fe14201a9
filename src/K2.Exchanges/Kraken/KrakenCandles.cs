using System.Globalization;
using System.Text.Json;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Exchanges.Candles;
using K2.Exchanges.Wire;

namespace K2.Exchanges.Kraken;

/// <summary>
/// Candles of Kraken: <c>GET /0/public/OHLC</c> (docs.kraken.com, "Get OHLC Data"). It gives the newest 720 whatever is asked for, so twelve hours of
/// minutes; the last one is still forming.
/// </summary>
internal sealed class KrakenCandles : ICandleHistory
{
    private const long MicrosecondsPerMinute = 60_000_000;

    /// <inheritdoc/>
    public IReadOnlyList<Timeframe> Timeframes => Domain.Candles.Timeframes.All;

    /// <inheritdoc/>
    public HistoryQuery Query(Instrument instrument, Timeframe timeframe, Timestamp from, Timestamp to) => new(
        string.Create(CultureInfo.InvariantCulture, $"/0/public/OHLC?pair={Uri.EscapeDataString(instrument.RestSymbol)}&interval={timeframe.LengthMicroseconds() / MicrosecondsPerMinute}&since={(from.Microseconds / 1_000_000) - 1}"), 1);

    /// <inheritdoc/>
    public CandleAnswer Read(Instrument instrument, Timeframe timeframe, Timestamp from, Timestamp to, ReadOnlySpan<byte> body)
    {
        var result = new FrameResult();
        if (!WireJson.TryParse(body, result, out var json)) return CandleAnswer.Bad(result.Detail);
        if (json.Member("error"u8) is { ValueKind: JsonValueKind.Array } errors && errors.GetArrayLength() > 0) return CandleAnswer.Bad(errors[0].Words());

        var page = json.Member("result"u8);
        var rows = page.ValueKind == JsonValueKind.Object ? page.EnumerateObject().FirstOrDefault(member => member.Value.ValueKind == JsonValueKind.Array).Value : default;
        if (rows.ValueKind != JsonValueKind.Array) return CandleAnswer.Bad("no list of candles");

        var candles = new List<ExchangeCandle>();
        foreach (var element in rows.EnumerateArray())
        {
            var row = new CandleRow(element);
            candles.Add(new ExchangeCandle(row.Start(0, 1, timeframe), row.Number(1), row.Number(2), row.Number(3), row.Number(4), row.Number(6), null, row.Whole(7)));
            if (row.Problem is { } problem) return CandleAnswer.Bad(problem);
        }

        return new CandleAnswer(candles, null, null);
    }
}
