using ClickHouse.Driver;
using K2.Abstractions.Warehouse;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using static K2.Warehouse.Reading.InstrumentQuery;

namespace K2.Warehouse.Reading;

/// <summary>Answers sums and sizes by candles and the engine's catalogue.</summary>
internal sealed class ClickHouseSummaries(ClickHouseClient client, InstrumentTable instruments) : IWarehouseSummaries
{
    public async Task<RangeTotals> SumAsync(InstrumentId instrument, Timestamp from, Timestamp to, CancellationToken cancellationToken)
    {
        var known = Known(instrument);
        var parameters = Parameters(instrument);
        parameters["timeframe"] = TotalsTimeframe.Of(from, to).ToName();
        parameters["from"] = Text(from.Microseconds);
        parameters["to"] = Text(to.Microseconds);
        var sql = $$"""
            SELECT sum(volume), sum(quote_volume), sum(trade_count), toInt64(count()), toInt64(countIf(complete != 'yes')), min(open_time), max(close_time) FROM k2.ohlcv_store FINAL
            WHERE {{OfInstrument}} AND timeframe = {timeframe:String} AND window_start >= fromUnixTimestamp64Micro({from:Int64}, 'UTC') AND window_start < fromUnixTimestamp64Micro({to:Int64}, 'UTC')
            SETTINGS do_not_merge_across_partitions_select_final = 1
            """;
        await using var rows = await RowReader.QueryAsync(client, sql, parameters, cancellationToken, ReadLimits.Settings);
        var totals = new RangeTotals(rows.Decimal(known.QuantityScale), rows.Decimal(known.PriceScale + known.QuantityScale), rows.Int64(), rows.Int64(), rows.Int64(), rows.Time(), rows.Time());
        return totals.Windows > 0 ? totals : totals with { FirstTime = null, LastTime = null };
    }

    public async Task<WarehouseStatistics> StatisticsAsync(CancellationToken cancellationToken)
    {
        var tables = new List<TableStatistics>();
        const string parts = "SELECT table, toInt64(sum(rows)), toInt64(sum(bytes_on_disk)), toInt64(uniqExact(partition_id)), min(partition_id), max(partition_id) FROM system.parts WHERE active AND database = 'k2' GROUP BY table ORDER BY table";
        await using (var rows = await RowReader.QueryAsync(client, parts, new Dictionary<string, string>(), cancellationToken, ReadLimits.Settings))
        {
            while (rows.HasRow()) tables.Add(new TableStatistics(rows.Text(), rows.Int64(), rows.Int64(), rows.Int64(), rows.Text(), rows.Text()));
        }

        var found = new List<InstrumentStatistics>();
        const string days = "SELECT exchange, canonical_symbol, sum(trade_count), toInt64(count()), min(open_time), max(close_time) FROM k2.ohlcv_store FINAL WHERE timeframe = '1d' GROUP BY exchange, canonical_symbol ORDER BY exchange, canonical_symbol SETTINGS do_not_merge_across_partitions_select_final = 1";
        await using (var rows = await RowReader.QueryAsync(client, days, new Dictionary<string, string>(), cancellationToken, ReadLimits.Settings))
        {
            while (rows.HasRow())
            {
                var isKnown = ExchangeNames.TryParse(rows.Text(), out var exchange) & InstrumentId.TryCreate(exchange, rows.Text(), out var id);
                var row = new InstrumentStatistics(id, rows.Int64(), rows.Int64(), rows.Time(), rows.Time());
                if (isKnown) found.Add(row);
            }
        }

        return new WarehouseStatistics(tables, found);
    }

    private Instrument Known(InstrumentId id) => instruments.TryGet(id, out var instrument) ? instrument : throw new ArgumentException($"{id} is not in the instruments file");
}
