using K2.Abstractions.Log;
using K2.Abstractions.Warehouse;
using K2.Domain.Instruments;
using K2.Domain.Log;

namespace K2.Grains.Symbols;

/// <summary>
/// Records of no instrument: those of one that is no longer in the instruments file, and those of a partition that cannot be read. Kept as dead letters, so that the
/// partition goes on.
/// </summary>
internal static class UnknownInstrument
{
    public static IEnumerable<DeadLetter> Letters(PackedBatch batch)
    {
        var place = DamagedRecord.PlaceOf(batch.Key);
        return batch.Entries.Select(entry =>
        {
            var original = DamagedRecord.OriginalOf(entry.Payload);
            return new DeadLetter
            {
                Exchange = place is null ? OfKey(batch.Key) : OfPlace(place),
                Origin = $"log:{place ?? batch.Key}",
                Sequence = entry.FirstVersion,
                Reason = place is null ? "unknown-instrument" : "corrupt-log-entry",
                Detail = DamagedRecord.ReasonOf(entry.Payload) ?? $"{batch.Key} is not in the instruments file: add it and replay the dead letters",
                ReceivedTime = default,
                Original = original,
                OriginalLength = original.Length,
            };
        });
    }

    private static Exchange OfKey(string key) => ExchangeNames.TryParse(key.Split(':')[0], out var exchange) ? exchange : Exchange.Binance;

    private static Exchange OfPlace(string place) => ExchangeNames.All.FirstOrDefault(exchange => place.StartsWith(TopicNames.Trades(exchange) + '/', StringComparison.Ordinal), Exchange.Binance);
}
