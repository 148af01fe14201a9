using K2.Abstractions.Log;
using K2.Abstractions.Warehouse;
using K2.Domain.Instruments;
using K2.Domain.Log;

namespace K2.Grains.Symbols;

/// <summary>Records of an instrument that is no longer in the instruments file: kept as dead letters, so that its partition goes on.</summary>
internal static class UnknownInstrument
{
    public static IEnumerable<DeadLetter> Letters(PackedBatch batch) => batch.Entries.Select(entry => new DeadLetter
    {
        Exchange = ExchangeNames.TryParse(batch.Key.Split(':')[0], out var exchange) ? exchange : Exchange.Binance,
        Origin = $"log:{batch.Key}",
        Sequence = entry.FirstVersion,
        Reason = "unknown-instrument",
        Detail = $"{batch.Key} is not in the instruments file: add it and replay the dead letters",
        ReceivedTime = default,
        Original = DamagedRecord.OriginalOf(entry.Payload),
        OriginalLength = DamagedRecord.OriginalOf(entry.Payload).Length,
    });
}
