using K2.Domain;

namespace K2.Abstractions.Warehouse;

/// <summary>Reads what <see cref="IWarehouseWriter.WriteAuditAsync"/> has kept. Thread-safe.</summary>
public interface IAuditReader
{
    /// <summary>Returns the latest outcome of a check of a subject and when it was, or null if there is none.</summary>
    /// <exception cref="K2Exception">The warehouse does not answer.</exception>
    Task<(string Outcome, Timestamp At)?> LatestAsync(string check, string subject, CancellationToken cancellationToken);
}
