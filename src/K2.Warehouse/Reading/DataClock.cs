using ClickHouse.Driver;
using K2.Domain;

namespace K2.Warehouse.Reading;

/// <summary>The data's clock: the newest exchange time of a stored candle.</summary>
internal static class DataClock
{
    /// <summary>Returns the time, or null while there is no candle.</summary>
    public static async Task<Timestamp?> ReadAsync(ClickHouseClient client, CancellationToken cancellationToken)
    {
        const string sql = "SELECT max(close_time), toUInt8(count() > 0) FROM k2.ohlcv_store WHERE timeframe = '1d'";
        await using var rows = await RowReader.QueryAsync(client, sql, new Dictionary<string, string>(), cancellationToken);
        var newest = rows.Time();
        return rows.Byte() != 0 ? newest : null;
    }
}
