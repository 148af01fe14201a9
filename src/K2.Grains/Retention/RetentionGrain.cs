using System.Text.Json;
using K2.Abstractions;
using K2.Abstractions.Retention;
using K2.Abstractions.Warehouse;
using K2.Contracts.Http;
using K2.Contracts.Retention;
using K2.Domain;

namespace K2.Grains.Retention;

/// <summary>Runs the retention by a reminder; what it dropped and what it refused to drop are rows of <c>audit_log</c>.</summary>
[GrainType("retention")]
internal sealed class RetentionGrain(IRetention retention, IWarehouseWriter writer, TimeProvider time) : Grain, IRetentionGrain, IRemindable
{
    private const string Hourly = "hourly-retention";
    private const string Check = "retention";

    // Behind the start's own load; a laptop that is on for a short while drops what it may, too.
    private static readonly TimeSpan FirstAfter = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Period = TimeSpan.FromHours(1);
    private RetentionReport? _latest;

    public async Task<RetentionReport> Run()
    {
        var now = time.GetUtcNow();
        try
        {
            var outcomes = await retention.RunAsync(CancellationToken.None);
            _latest = new RetentionReport { At = now.UtcDateTime, Tables = [.. outcomes.Select(View)] };
        }
        catch (K2Exception failure)
        {
            _latest = new RetentionReport { At = now.UtcDateTime, Tables = [], Problem = failure.Message };
        }

        await writer.WriteAuditAsync(Entries(_latest, Timestamp.From(now)), CancellationToken.None);
        return _latest;
    }

    public Task<RetentionReport?> GetLatest() => Task.FromResult(_latest);

    public Task Schedule() => this.RegisterOrUpdateReminder(Hourly, FirstAfter, Period);

    public Task ReceiveReminder(string reminderName, TickStatus status) => Run();

    /// <summary>Returns a row for each table with old partitions, or one for a run that failed.</summary>
    internal static IReadOnlyList<AuditEntry> Entries(RetentionReport report, Timestamp at)
    {
        var detail = JsonSerializer.Serialize(report, ApiJson.Default.RetentionReport);
        if (report.Problem.Length > 0) return [new AuditEntry(at, Check, "warehouse", "failed", detail)];
        return [.. report.Tables.Where(table => table.Dropped > 0 || table.Refused > 0).Select(table =>
            new AuditEntry(at, Check, table.Table, table.Refused > 0 ? "refused" : "dropped", JsonSerializer.Serialize(report with { Tables = [table] }, ApiJson.Default.RetentionReport)))];
    }

    private static TableRetention View(RetentionOutcome outcome) => new()
    {
        Table = outcome.Table,
        Horizon = outcome.Horizon?.ToDateTime(),
        CoveredUntil = outcome.CoveredUntil?.ToDateTime(),
        Dropped = outcome.Dropped.Count,
        DroppedBytes = outcome.DroppedBytes,
        Refused = outcome.Refused.Count,
        RefusedRows = outcome.RefusedRows,
        RefusedBytes = outcome.RefusedBytes,
    };
}
