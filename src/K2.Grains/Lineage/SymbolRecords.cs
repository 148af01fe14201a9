using K2.Abstractions;
using K2.Abstractions.Log;
using K2.Abstractions.Warehouse;
using K2.Domain.Instruments;
using K2.Domain.Log;

namespace K2.Grains.Lineage;

/// <summary>Appends records to a symbol's log and waits for the symbol's grain, which stays the only writer of its rows.</summary>
internal sealed class SymbolRecords(Instrument instrument, ILog log, IWarehouseReader reader, TimeProvider time)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>Appends records and returns the last one's position when it and all before it are durable in the warehouse.</summary>
    public async Task<LogPosition> ApplyAsync(IEnumerable<LogRecord> records, CancellationToken cancellationToken)
    {
        var position = LogPosition.None;
        foreach (var part in records.Chunk(RecordCodec.MaxRecords))
        {
            var first = await log.AppendAsync([new LogAppend(TopicNames.Trades(instrument.Id.Exchange), instrument.Id.ToString(), part.Length, RecordCodec.Encode(instrument, part))], cancellationToken);
            position = first[0].Plus(part.Length - 1);
        }

        for (var start = time.GetTimestamp(); (await reader.ReadCheckpointAsync(instrument.Id, cancellationToken))?.Position is not { } reached || reached < position;)
        {
            if (time.GetElapsedTime(start) > Patience) throw new K2Exception($"{instrument.Id}: the log's records up to {position} have not reached the warehouse within {Patience.TotalMinutes} minutes: see k2 status", isTransient: true);
            await Task.Delay(Poll, time, cancellationToken);
        }

        return position;
    }
}
