using System.Globalization;
using System.Text.Json;
using K2.Abstractions.Warehouse;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;

namespace K2.Warehouse.Writing;

/// <summary>
/// Dead letters of rows that ClickHouse refused. Their key is made of the row's own, so that a repeat of the flush is the same letter; the original is
/// the row as JSON with exact mantissas, or the frames of a raw chunk one a line.
/// </summary>
internal static class RefusedRows
{
    /// <summary>The reason of all of them.</summary>
    public const string Reason = "refused-by-warehouse";

    public static DeadLetter Trade(Instrument instrument, PositionedTrade positioned, string reason)
    {
        var (position, trade) = positioned;
        return Letter(instrument.Id.Exchange, $"silver_trades_store/{instrument.Id.Symbol}", position.Version, reason, trade.ReceivedTime, json =>
        {
            json.WriteString("symbol", instrument.Id.Symbol);
            json.WriteNumber("id_epoch", trade.IdEpoch);
            json.WriteNumber("trade_id", trade.TradeId);
            json.WriteNumber("first_trade_id", trade.FirstTradeId);
            json.WriteNumber("last_trade_id", trade.LastTradeId);
            json.WriteString("kind", trade.Kind.ToString());
            json.WriteNumber("price_mantissa", trade.Price.Mantissa);
            json.WriteNumber("price_scale", instrument.PriceScale);
            json.WriteNumber("quantity_mantissa", trade.Quantity.Mantissa);
            json.WriteNumber("quantity_scale", instrument.QuantityScale);
            json.WriteString("side", trade.Side.ToString());
            json.WriteString("source", trade.Source.ToString());
            json.WriteNumber("timestamp_us", trade.ExchangeTime.Microseconds);
            json.WriteNumber("received_timestamp_us", trade.ReceivedTime.Microseconds);
            json.WriteNumber("version", position.Version);
        });
    }

    public static DeadLetter Candle(string table, Instrument instrument, Candle candle, string reason)
    {
        var origin = string.Create(CultureInfo.InvariantCulture, $"{table}/{instrument.Id.Symbol}/{candle.Timeframe.ToName()}/{candle.WindowStart.Microseconds}");
        return Letter(instrument.Id.Exchange, origin, candle.Position.Version, reason, candle.CloseTime, json =>
        {
            json.WriteString("symbol", instrument.Id.Symbol);
            json.WriteString("timeframe", candle.Timeframe.ToName());
            json.WriteNumber("window_start_us", candle.WindowStart.Microseconds);
            json.WriteNumber("open_mantissa", candle.Open.Mantissa);
            json.WriteNumber("high_mantissa", candle.High.Mantissa);
            json.WriteNumber("low_mantissa", candle.Low.Mantissa);
            json.WriteNumber("close_mantissa", candle.Close.Mantissa);
            json.WriteNumber("price_scale", instrument.PriceScale);
            json.WriteString("volume_mantissa", candle.Volume.ToString(CultureInfo.InvariantCulture));
            json.WriteString("quote_volume_mantissa", candle.QuoteVolume.ToString(CultureInfo.InvariantCulture));
            json.WriteNumber("quantity_scale", instrument.QuantityScale);
            json.WriteNumber("trade_count", candle.TradeCount);
            json.WriteNumber("open_time_us", candle.OpenTime.Microseconds);
            json.WriteNumber("close_time_us", candle.CloseTime.Microseconds);
            json.WriteNumber("open_trade_id", candle.OpenTradeId);
            json.WriteNumber("close_trade_id", candle.CloseTradeId);
            json.WriteBoolean("closed", candle.Closed);
            json.WriteString("complete", candle.Complete.ToString());
            json.WriteNumber("revision", candle.Revision);
            json.WriteNumber("version", candle.Position.Version);
        });
    }

    public static DeadLetter Gap(Instrument instrument, GapChange change, string reason)
    {
        var gap = change.Gap;
        var origin = string.Create(CultureInfo.InvariantCulture, $"feed_gaps_store/{instrument.Id.Symbol}/{gap.FirstId}/{gap.LastId}/{gap.From.Microseconds}");
        return Letter(instrument.Id.Exchange, origin, change.Position.Version, reason, gap.Until, json =>
        {
            json.WriteString("symbol", instrument.Id.Symbol);
            json.WriteNumber("id_epoch", gap.IdEpoch);
            json.WriteNumber("gap_start_us", gap.From.Microseconds);
            json.WriteNumber("gap_end_us", gap.Until.Microseconds);
            json.WriteNumber("first_missing_id", gap.FirstId);
            json.WriteNumber("last_missing_id", gap.LastId);
            json.WriteString("cause", gap.Cause.ToString());
            json.WriteString("state", change.State.ToString());
            json.WriteString("reason", gap.Reason.ToString());
            json.WriteNumber("version", change.Position.Version);
        });
    }

    public static DeadLetter Chunk(RawChunk chunk, string reason)
    {
        using var original = new MemoryStream();
        foreach (var frame in chunk.Frames)
        {
            original.Write(frame.Span);
            original.WriteByte((byte)'\n');
        }

        return Letter(chunk.Exchange, "raw_chunks/" + chunk.Origin, chunk.Sequences[0], reason, chunk.ReceivedTimes[0], original.ToArray());
    }

    private static DeadLetter Letter(Exchange exchange, string origin, long sequence, string reason, Domain.Timestamp received, Action<Utf8JsonWriter> write)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Letter(exchange, origin, sequence, reason, received, text.ToArray());
    }

    private static DeadLetter Letter(Exchange exchange, string origin, long sequence, string reason, Domain.Timestamp received, byte[] original) => new()
    {
        Exchange = exchange,
        Origin = origin,
        Sequence = sequence,
        Reason = Reason,
        Detail = reason.Length > 1000 ? reason[..1000] : reason,
        ReceivedTime = received,
        Original = original,
        OriginalLength = original.Length,
    };
}
