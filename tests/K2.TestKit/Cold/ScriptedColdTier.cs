using K2.Abstractions.Cold;
using K2.Abstractions.Cold.Tables;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Log;

namespace K2.Api.Tests.Hosting;

/// <summary>Has tables; their grains are the tests' own.</summary>
internal class FakeColdTier : IColdTier
{
    public string Location => "memory";

    public virtual string? Problem => null;

    public IReadOnlyList<ColdTable> Tables => ColdTables.All;

    public Task<Timestamp?> ClockAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<ColdExportOutcome> ExportAsync(ColdTable table, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<ColdMaintenanceOutcome> MaintainAsync(ColdTable table, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<ColdAuditOutcome> AuditAsync(ColdTable table, int? fromDay, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<string?> DifferenceAsync(ColdTable table, int day, string exchange, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<ColdSnapshot>> SnapshotsAsync(ColdTable table, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<long> RestoreAsync(ColdTable table, int fromDay, int untilDay, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyDictionary<InstrumentId, LogPosition>> HighestPositionsAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyDictionary<string, LogPosition>> HighestRawPositionsAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
}
