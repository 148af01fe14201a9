using K2.Domain;
using K2.Domain.Log;
using K2.Domain.Trades;

namespace K2.Exchanges.Tests.Gaps;

/// <summary>Trades whose time is their id in milliseconds.</summary>
internal static class InstrumentTrades
{
    public static Trade Trade(long id, TradeSource source = TradeSource.Live) => new()
    {
        TradeId = id,
        FirstTradeId = id,
        LastTradeId = id,
        Kind = TradeKind.Single,
        Price = new Price(id),
        Quantity = new Quantity(1),
        Side = TakerSide.Buy,
        Source = source,
        ExchangeTime = Timestamp.FromMilliseconds(id),
        ReceivedTime = Timestamp.FromMilliseconds(id),
    };

    /// <summary>A batch of one connection with trades of these ids.</summary>
    public static FrameBatch Batch(string connection, Domain.Instruments.Instrument instrument, params long[] ids) => Batch(connection, instrument, [.. ids.Select(id => LogRecord.OfTrade(Trade(id)))]);

    /// <summary>A batch with these records of one connection, or of what was fetched where that is empty.</summary>
    public static FrameBatch Batch(string connection, Domain.Instruments.Instrument instrument, List<LogRecord> records) => new()
    {
        Exchange = instrument.Id.Exchange,
        Origin = connection,
        IsReplay = false,
        IsFetched = connection.Length == 0,
        Frames = [],
        Records = [new InstrumentRecords(instrument, records)],
        Rejected = [],
        TradeFrames = 1,
        Trades = records.Count(record => record.Kind == RecordKind.Trade),
    };
}
