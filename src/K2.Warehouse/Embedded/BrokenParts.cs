using ClickHouse.Driver;
using K2.Warehouse.Reading;
using Microsoft.Extensions.Logging;

namespace K2.Warehouse.Embedded;

/// <summary>Says which parts of tables ClickHouse could not read when it started and has set aside: their rows are missing from every answer.</summary>
internal static partial class BrokenParts
{
    /// <summary>Writes one line for each table that has such parts.</summary>
    public static async Task ReportAsync(ClickHouseClient client, ILogger logger, CancellationToken cancellationToken)
    {
        await using var rows = await RowReader.QueryAsync(
            client, "SELECT concat(database, '.', table), toInt64(count()), min(name) FROM system.detached_parts WHERE startsWith(reason, 'broken') GROUP BY 1 ORDER BY 1", new Dictionary<string, string>(), cancellationToken);
        while (rows.HasRow()) LogBroken(logger, rows.Text(), rows.Int64(), rows.Text());
    }

    [LoggerMessage(EventId = 4110, Level = LogLevel.Error, Message = "{Table}: {Parts} parts could not be read and were set aside in its folder 'detached', {First} first: their rows are missing. Keep the folder; a full disk or a power cut is the usual cause")]
    private static partial void LogBroken(ILogger logger, string table, long parts, string first);
}
