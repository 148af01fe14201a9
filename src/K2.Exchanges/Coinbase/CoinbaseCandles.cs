using System.Globalization;
using System.Text.Json;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Exchanges.Candles;
using K2.Exchanges.Wire;

namespace K2.Exchanges.Coinbase;

/// <summary>
/// Candles of Coinbase: <c>GET /products/{id}/candles</c> (docs.cdp.coinbase.com, "Get product candles"): time, low, high, open, close, volume, newest
/// first; windows without trades are left out, and there are none of 30 minutes. Volumes are JSON numbers that may carry the noise of binary
/// fractions, so they are rounded to the instrument's digits.
/// </summary>
internal sealed class CoinbaseCandles : ICandleHistory
{
    private const int PerPage = 300;
    private const long MicrosecondsPerSecond = 1_000_000;

    /// <inheritdoc/>
    public IReadOnlyList<Timeframe> Timeframes { get; } = [.. Domain.Candles.Timeframes.All.Where(timeframe => timeframe != Timeframe.ThirtyMinutes)];

    /// <inheritdoc/>
    public HistoryQuery Query(Instrument instrument, Timeframe timeframe, Timestamp from, Timestamp to)
    {
        // Both ends are within the answer.
        var length = timeframe.LengthMicroseconds();
        var last = Math.Min(from.Microseconds + (length * (PerPage - 1)), to.Microseconds - length);
        return new HistoryQuery(
            string.Create(CultureInfo.InvariantCulture, $"/products/{Uri.EscapeDataString(instrument.RestSymbol)}/candles?granularity={length / MicrosecondsPerSecond}&start={from.Microseconds / MicrosecondsPerSecond}&end={last / MicrosecondsPerSecond}"), 1);
    }

    /// <inheritdoc/>
    public CandleAnswer Read(Instrument instrument, Timeframe timeframe, Timestamp from, Timestamp to, ReadOnlySpan<byte> body)
    {
        var result = new FrameResult();
        if (!WireJson.TryParse(body, result, out var json)) return CandleAnswer.Bad(result.Detail);
        if (json.ValueKind != JsonValueKind.Array) return CandleAnswer.Bad(json.Member("message"u8).Words());

        var candles = new List<ExchangeCandle>();
        foreach (var element in json.EnumerateArray())
        {
            var row = new CandleRow(element);
            candles.Add(new ExchangeCandle(row.Start(0, 1, timeframe), row.Number(3), row.Number(2), row.Number(1), row.Number(4), decimal.Round(row.Number(5), instrument.QuantityScale), null, null));
            if (row.Problem is { } problem) return CandleAnswer.Bad(problem);
        }

        var next = new Timestamp(from.Microseconds + (timeframe.LengthMicroseconds() * PerPage));
        return new CandleAnswer(candles, next < to ? next : null, null);
    }
}
