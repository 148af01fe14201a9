using System.Globalization;
using System.Text.Json;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Exchanges.Candles;
using K2.Exchanges.Wire;

namespace K2.Exchanges.Binance;

/// <summary>Candles of Binance: <c>GET /api/v3/klines</c> (developers.binance.com, "Kline/Candlestick data"). Windows without trades are among them.</summary>
internal sealed class BinanceCandles : ICandleHistory
{
    private const int PerPage = 1000;
    private const int Weight = 2;
    private const long Milliseconds = 1000;

    /// <inheritdoc/>
    public IReadOnlyList<Timeframe> Timeframes => Domain.Candles.Timeframes.All;

    /// <inheritdoc/>
    public HistoryQuery Query(Instrument instrument, Timeframe timeframe, Timestamp from, Timestamp to) => new(
        string.Create(CultureInfo.InvariantCulture, $"/api/v3/klines?symbol={Uri.EscapeDataString(instrument.RestSymbol)}&interval={timeframe.ToName()}&startTime={from.Microseconds / Milliseconds}&endTime={(to.Microseconds / Milliseconds) - 1}&limit={PerPage}"), Weight);

    /// <inheritdoc/>
    public CandleAnswer Read(Instrument instrument, Timeframe timeframe, Timestamp from, Timestamp to, ReadOnlySpan<byte> body)
    {
        var result = new FrameResult();
        if (!WireJson.TryParse(body, result, out var json)) return CandleAnswer.Bad(result.Detail);
        if (json.ValueKind != JsonValueKind.Array) return CandleAnswer.Bad($"{json.Member("code"u8).Shown()} {json.Member("msg"u8).Shown()}");

        var candles = new List<ExchangeCandle>();
        foreach (var element in json.EnumerateArray())
        {
            var row = new CandleRow(element);
            candles.Add(new ExchangeCandle(row.Start(0, Milliseconds, timeframe), row.Number(1), row.Number(2), row.Number(3), row.Number(4), row.Number(5), row.Number(7), row.Whole(8)));
            if (row.Problem is { } problem) return CandleAnswer.Bad(problem);
        }

        Timestamp? next = candles.Count < PerPage ? null : new Timestamp(candles[^1].WindowStart.Microseconds + timeframe.LengthMicroseconds());
        return new CandleAnswer(candles, next > from && next < to ? next : null, null);
    }
}
