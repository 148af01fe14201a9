using System.Numerics;
using System.Text;
using K2.Abstractions;
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
    private const int StoredScale = 18;
    private static readonly Int128[] Powers = [.. Enumerable.Range(0, StoredScale + 1).Select(power => (Int128)BigInteger.Pow(10, power))];

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
        Price = new Price((long)Scaled(block["price"].Decimals[row], instrument.PriceScale)),
        Quantity = new Quantity((long)Scaled(block["quantity"].Decimals[row], instrument.QuantityScale)),
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
        Open = new Price((long)Scaled(block["open_price"].Decimals[row], instrument.PriceScale)),
        High = new Price((long)Scaled(block["high_price"].Decimals[row], instrument.PriceScale)),
        Low = new Price((long)Scaled(block["low_price"].Decimals[row], instrument.PriceScale)),
        Close = new Price((long)Scaled(block["close_price"].Decimals[row], instrument.PriceScale)),
        Volume = Scaled(block["volume"].Decimals[row], instrument.QuantityScale),
        QuoteVolume = Scaled(block["quote_volume"].Decimals[row], instrument.PriceScale + instrument.QuantityScale),
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

    private static Int128 Scaled(Int128 stored, int scale)
    {
        var (quotient, rest) = Int128.DivRem(stored, Powers[StoredScale - scale]);
        return rest == 0 ? quotient : throw new K2Exception($"a number of the cold tier has more than {scale} digits behind the point: the instruments file has changed its scales");
    }
}
