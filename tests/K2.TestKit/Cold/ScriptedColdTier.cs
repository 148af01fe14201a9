using K2.Abstractions.Cold;
using K2.Abstractions.Cold.Tables;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Log;

namespace K2.TestKit.Cold;

/// <summary>A cold tier that has tables and does with them what a test says; what it was not told it refuses with <see cref="NotSupportedException"/>.</summary>
public sealed class ScriptedColdTier : IColdTier
{
    /// <summary>What an export does.</summary>
    public Func<Task<ColdExportOutcome>>? Export { get; set; }

    /// <summary>What an audit finds.</summary>
    public Func<ColdAuditOutcome>? Audit { get; set; }

    /// <inheritdoc/>
    public string Location => "memory";

    /// <inheritdoc/>
    public string? Problem { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<ColdTable> Tables => ColdTables.All;

    /// <inheritdoc/>
    public Task<Timestamp?> ClockAsync(CancellationToken cancellationToken) => Task.FromResult<Timestamp?>(null);

    /// <inheritdoc/>
    public Task<ColdExportOutcome> ExportAsync(ColdTable table, CancellationToken cancellationToken) => Export?.Invoke() ?? throw new NotSupportedException();

    /// <inheritdoc/>
    public Task<ColdMaintenanceOutcome> MaintainAsync(ColdTable table, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <inheritdoc/>
    public Task<ColdAuditOutcome> AuditAsync(ColdTable table, int? fromDay, CancellationToken cancellationToken) => Task.FromResult(Audit?.Invoke() ?? throw new NotSupportedException());

    /// <inheritdoc/>
    public Task<string?> DifferenceAsync(ColdTable table, int day, string exchange, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <inheritdoc/>
    public Task<IReadOnlyList<ColdSnapshot>> SnapshotsAsync(ColdTable table, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <inheritdoc/>
    public Task<long> RestoreAsync(ColdTable table, int fromDay, int untilDay, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<InstrumentId, LogPosition>> HighestPositionsAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, LogPosition>> HighestRawPositionsAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
}
