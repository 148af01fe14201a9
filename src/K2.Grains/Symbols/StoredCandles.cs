using K2.Abstractions.Warehouse;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;

namespace K2.Grains.Symbols;

/// <summary>Reads the rows of many windows.</summary>
internal static class StoredCandles
{
    private const int RowsPerRead = 10_000;

    /// <summary>Returns the rows that there are between the first and the last window of each timeframe.</summary>
    public static async Task<IReadOnlyList<Candle>> ReadAsync(IWarehouseReader reader, InstrumentId instrument, IReadOnlyList<CandleWindow> windows, CancellationToken cancellationToken)
    {
        var rows = new List<Candle>();
        foreach (var timeframe in windows.GroupBy(window => window.Timeframe))
        {
            var length = timeframe.Key.LengthMicroseconds();
            var (from, to) = (timeframe.Min(window => window.Start), timeframe.Max(window => window.Start.Microseconds) + length);
            for (var count = RowsPerRead; count == RowsPerRead;)
            {
                count = 0;
                await foreach (var row in reader.ReadCandlesAsync(new CandleQuery(instrument, timeframe.Key, from, new Timestamp(to), RowsPerRead, false), cancellationToken))
                {
                    rows.Add(row);
                    count++;
                    from = new Timestamp(row.WindowStart.Microseconds + length);
                }
            }
        }

        return rows;
    }
}
