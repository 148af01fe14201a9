using System.Text;
using K2.Abstractions.Diagnostics;
using K2.Domain.Instruments;
using K2.Warehouse;
using Microsoft.Extensions.Logging;

namespace K2.Cli.Bench;

/// <summary>Reads a stopped silo's data folder through an engine of its own.</summary>
internal sealed class StoredRowsReader(InstrumentTable instruments, TimeProvider time, ILoggerFactory loggers, bool valuesOnly = false)
{
    /// <summary>Returns the folder's rows.</summary>
    public async Task<StoredRows> ReadAsync(string dataFolder, CancellationToken cancellationToken)
    {
        using var counters = new PipelineCounters();
        await using var warehouse = await WarehouseHost.StartAsync(
            new WarehouseOptions { DataFolder = Path.Combine(dataFolder, WarehouseOptions.FolderName), Port = 0 }, instruments, counters, NoProtocolProbe.Instance, time, loggers, cancellationToken);
        var trades = await QueryAsync(warehouse, StoredRows.TradesQuery, cancellationToken);
        return valuesOnly
            ? new StoredRows(trades, await QueryAsync(warehouse, StoredRows.CandleValuesQuery, cancellationToken), await QueryAsync(warehouse, StoredRows.HistoryQuery, cancellationToken))
            : new StoredRows(trades, await QueryAsync(warehouse, StoredRows.CandlesQuery, cancellationToken));
    }

    private static async Task<string> QueryAsync(WarehouseHost warehouse, string query, CancellationToken cancellationToken)
    {
        using var text = new MemoryStream();
        await warehouse.QueryRawAsync(query, text, cancellationToken);
        return Encoding.UTF8.GetString(text.ToArray());
    }
}
