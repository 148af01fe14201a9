using System.Text;
using K2.Abstractions.Warehouse;
using K2.ColdTier.Parquet;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;

namespace K2.ColdTier.Reading;

/// <summary>Turns rows of cold tables into trades and candles.</summary>
internal static class ColdRows
{
    public static PositionedTrade Trade(RowBlock block, int row, Instrument instrument) => new(new LogPosition(block["version"].Longs[row]), new Trade
    {
        TradeId = block["trade_id"].Longs[row],
        FirstTradeId = block["first_trade_id"].Longs[row],
        LastTradeId = block["last_trade_id"].Longs[row],
        IdEpoch = checked((ushort)block["id_epoch"].Ints[row]),
        Kind = Text(block, "kind", row) switch
        {
            "single" => TradeKind.Single,
            "aggregate" => TradeKind.Aggregate,
            _ => TradeKind.Unknown,
        },
        Price = new Price((long)StoredDecimal.Narrow(block["price"].Decimals[row], instrument.PriceScale)),
        Quantity = new Quantity((long)StoredDecimal.Narrow(block["quantity"].Decimals[row], instrument.QuantityScale)),
        Side = Text(block, "side", row) switch
        {
            "BUY" => TakerSide.Buy,
            "SELL" => TakerSide.Sell,
            _ => TakerSide.Unknown,
        },
        Source = Text(block, "source", row) switch
        {
            "live" => TradeSource.Live,
            "snapshot" => TradeSource.Snapshot,
            "backfill" => TradeSource.Backfill,
            "replay" => TradeSource.Replay,
            "simulated" => TradeSource.Simulated,
            _ => TradeSource.Unknown,
        },
        ExchangeTime = new Timestamp(block["timestamp"].Longs[row]),
        ReceivedTime = new Timestamp(block["received_timestamp"].Longs[row]),
    });

    public static Candle Candle(RowBlock block, int row, Instrument instrument, Timeframe timeframe) => new()
    {
        Instrument = instrument.Id,
        Timeframe = timeframe,
        WindowStart = new Timestamp(block["window_start"].Longs[row]),
        Open = new Price((long)StoredDecimal.Narrow(block["open_price"].Decimals[row], instrument.PriceScale)),
        High = new Price((long)StoredDecimal.Narrow(block["high_price"].Decimals[row], instrument.PriceScale)),
        Low = new Price((long)StoredDecimal.Narrow(block["low_price"].Decimals[row], instrument.PriceScale)),
        Close = new Price((long)StoredDecimal.Narrow(block["close_price"].Decimals[row], instrument.PriceScale)),
        Volume = StoredDecimal.Narrow(block["volume"].Decimals[row], instrument.QuantityScale),
        QuoteVolume = StoredDecimal.Narrow(block["quote_volume"].Decimals[row], instrument.PriceScale + instrument.QuantityScale),
        TradeCount = block["trade_count"].Longs[row],
        OpenTime = new Timestamp(block["open_time"].Longs[row]),
        CloseTime = new Timestamp(block["close_time"].Longs[row]),
        OpenTradeId = block["open_trade_id"].Longs[row],
        CloseTradeId = block["close_trade_id"].Longs[row],
        Closed = block["closed"].Booleans[row] != 0,
        Complete = Text(block, "complete", row) switch
        {
            "yes" => Completeness.Yes,
            "no" => Completeness.No,
            _ => Completeness.Unknown,
        },
        Revision = block["revision"].Ints[row],
        Position = new LogPosition(block["version"].Longs[row]),
    };

    public static string Text(RowBlock block, string column, int row) => Encoding.UTF8.GetString(block[column].Texts[row]);
}
