using K2.Abstractions.Warehouse;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;

namespace K2.TestKit.Warehouse;

/// <summary>Summaries by reading every row of a warehouse: slow, and plain enough to be compared with.</summary>
public sealed class ReaderSummaries(IWarehouseReader reader, InstrumentTable instruments) : IWarehouseSummaries
{
    private const int AllRows = 1_000_000;

    /// <inheritdoc/>
    public async Task<RangeTotals> SumAsync(InstrumentId instrument, Timestamp from, Timestamp to, CancellationToken cancellationToken)
    {
        var query = new CandleQuery(instrument, TotalsTimeframe.Of(from, to), from, to, AllRows, false);
        var rows = await reader.ReadCandlesAsync(query, cancellationToken).ToListAsync(cancellationToken);
        return new RangeTotals(
            rows.Aggregate(Int128.Zero, (sum, row) => sum + row.Volume),
            rows.Aggregate(Int128.Zero, (sum, row) => sum + row.QuoteVolume),
            rows.Sum(row => row.TradeCount),
            rows.Count,
            rows.Count(row => row.Complete != Completeness.Yes),
            rows.Count == 0 ? null : rows.Min(row => row.OpenTime),
            rows.Count == 0 ? null : rows.Max(row => row.CloseTime));
    }

    /// <inheritdoc/>
    public async Task<WarehouseStatistics> StatisticsAsync(CancellationToken cancellationToken)
    {
        var found = new List<InstrumentStatistics>();
        foreach (var instrument in instruments.All.OrderBy(instrument => instrument.Id.ToString(), StringComparer.Ordinal))
        {
            var days = await reader.ReadCandlesAsync(new CandleQuery(instrument.Id, Timeframe.OneDay, null, null, AllRows, false), cancellationToken).ToListAsync(cancellationToken);
            if (days.Count > 0) found.Add(new InstrumentStatistics(instrument.Id, days.Sum(day => day.TradeCount), days.Count, days[0].OpenTime, days[^1].CloseTime));
        }

        return new WarehouseStatistics([], found);
    }
}
