using K2.Domain;
using K2.Domain.Instruments;

namespace K2.Grains.Lineage;

/// <summary>Sees to it that the warehouse has all of an old day, and keeps it for some time.</summary>
internal interface IDayKeeper
{
    /// <summary>Brings a day of an exchange back; returns what is lacking still, or null.</summary>
    Task<string?> BringBackAsync(Exchange exchange, Timestamp day, CancellationToken cancellationToken);
}
