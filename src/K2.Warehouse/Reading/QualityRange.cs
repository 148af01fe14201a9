using K2.Domain;
using K2.Domain.Instruments;

namespace K2.Warehouse.Reading;

/// <summary>What is checked. Windows nest in UTC days, so whole days are checked that touch the range.</summary>
/// <param name="Exchange">One exchange, or null for all.</param>
/// <param name="Symbol">One canonical symbol, or null for all.</param>
/// <param name="From">First moment, or null: the last 24 hours of data, or all data if <paramref name="All"/>.</param>
/// <param name="Until">End, exclusive, or null for the newest.</param>
/// <param name="All">Whether all data is checked.</param>
public sealed record QualityRange(Exchange? Exchange, string? Symbol, Timestamp? From, Timestamp? Until, bool All);
