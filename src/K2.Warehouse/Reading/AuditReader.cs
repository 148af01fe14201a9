using ClickHouse.Driver;
using K2.Abstractions.Warehouse;
using K2.Domain;

namespace K2.Warehouse.Reading;

/// <summary>Reads <c>audit_log</c>, which is small: a few rows a day.</summary>
internal sealed class AuditReader(ClickHouseClient client) : IAuditReader
{
    public async Task<(string Outcome, Timestamp At)?> LatestAsync(string check, string subject, CancellationToken cancellationToken)
    {
        const string sql = "SELECT CAST(outcome AS String), audited_at FROM k2.audit_log WHERE check_name = {check:String} AND subject = {subject:String} ORDER BY audited_at DESC LIMIT 1";
        await using var rows = await RowReader.QueryAsync(client, sql, new Dictionary<string, string> { ["check"] = check, ["subject"] = subject }, cancellationToken);
        return rows.HasRow() ? (rows.Text(), rows.Time()) : null;
    }
}
