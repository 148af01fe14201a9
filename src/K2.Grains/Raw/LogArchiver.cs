using K2.Abstractions.Log;
using K2.Abstractions.Warehouse;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Log;
using Microsoft.Extensions.Logging;

namespace K2.Grains.Raw;

/// <summary>
/// Moves one partition of a raw topic, or of the dead letters, from the log to the warehouse: read, insert, and only then commit.
/// After a crash in between the frames come again, in chunks of other bounds: those that the warehouse has are left out.
/// </summary>
internal sealed partial class LogArchiver(
    ILog log, IWarehouseWriter writer, IRawFrameIndex stored, string topic, int partition, ArchiverOptions options, TimeProvider time, ILogger logger) : IDisposable
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(5);
    private readonly CancellationTokenSource _hurry = new();

    /// <summary>Runs until cancelled; a failure is retried from the committed position with back-off.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var retry = FirstRetry;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var from = await log.CommittedAsync(topic, partition, stop);

                // Nobody has inserted what comes behind the end of now.
                var unsure = await log.EndAsync(topic, partition, stop);
                await using var reader = log.OpenReader(topic, partition, from);
                while (true)
                {
                    await ArchiveOnceAsync(reader, unsure, stop);
                    retry = FirstRetry;
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                LogRetry(failure, topic, partition, retry.TotalMilliseconds);
                await Task.Delay(retry, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                retry = retry * 2 < LastRetry ? retry * 2 : LastRetry;
            }
        }
    }

    /// <summary>Ends gathering, so that whatever is in the log is archived at once: called when the platform drains.</summary>
    public void Hurry() => _hurry.Cancel();

    public void Dispose() => _hurry.Dispose();

    private async Task ArchiveOnceAsync(ILogReader reader, LogPosition unsure, CancellationToken stop)
    {
        var entries = new List<LogEntry>(await reader.ReadAsync(options.InsertBytes, options.Gather, stop));
        if (entries.Count == 0) return;

        var bytes = entries.Sum(entry => entry.Payload.Length);
        if (bytes < options.ChunkBytes && !_hurry.IsCancellationRequested)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, _hurry.Token);
            await Task.Delay(options.Gather, time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stop.ThrowIfCancellationRequested();
        }

        while (bytes < options.InsertBytes)
        {
            var more = await reader.ReadAsync(options.InsertBytes - bytes, TimeSpan.Zero, stop);
            if (more.Count == 0) break;
            entries.AddRange(more);
            bytes += more.Sum(entry => entry.Payload.Length);
        }

        var letters = new List<DeadLetter>();
        var chunks = new List<RawChunk>();
        foreach (var entry in entries)
        {
            try
            {
                if (topic == TopicNames.DeadLetters) letters.AddRange(DeadLetterCodec.Decode(entry.Payload));
                else chunks.Add(Positioned(RawChunkCodec.Decode(entry.Payload), entry));
            }
            catch (CorruptRecordException damage)
            {
                letters.Add(Damaged(entry, damage));
            }
        }

        // A capture's frames come again with every replay of it.
        if (chunks.Count > 0 && (entries[0].First < unsure || chunks.Any(chunk => chunk.IsReplay))) chunks = await WithoutStoredAsync(chunks, stop);
        if (chunks.Count > 0) await writer.WriteRawAsync(RawChunks.Merge(chunks, options.ChunkBytes), stop);
        if (letters.Count > 0) await writer.WriteDeadLettersAsync(letters, stop);
        await log.CommitAsync(topic, partition, entries[^1].Next, stop);
    }

    private async Task<List<RawChunk>> WithoutStoredAsync(List<RawChunk> chunks, CancellationToken stop)
    {
        var result = new List<RawChunk>();
        foreach (var origin in chunks.GroupBy(chunk => (chunk.Exchange, chunk.Origin)))
        {
            var known = await stored.FindAsync(origin.Key.Exchange, origin.Key.Origin, origin.Min(chunk => chunk.Sequences.Min()), origin.Max(chunk => chunk.Sequences.Max()), stop);
            result.AddRange(known.Count == 0 ? origin : origin.Select(chunk => RawChunks.Without(chunk, known)).Where(chunk => chunk.Sequences.Count > 0));
        }

        return result;
    }

    // One record of a raw topic is one frame.
    private RawChunk Positioned(RawChunk chunk, LogEntry entry) =>
        chunk with { Partition = partition, Positions = [.. Enumerable.Range(0, chunk.Sequences.Count).Select(index => entry.First.Version + index)] };

    private DeadLetter Damaged(LogEntry entry, CorruptRecordException damage) => new()
    {
        Exchange = ExchangeNames.All.FirstOrDefault(exchange => TopicNames.Raw(exchange) == topic, Exchange.Binance),
        Origin = $"log:{topic}/{partition}",
        Sequence = entry.First.Version,
        Reason = "corrupt-log-entry",
        Detail = damage.Message,
        ReceivedTime = Timestamp.From(time.GetUtcNow()),
        Original = DamagedRecord.OriginalOf(entry.Payload),
        OriginalLength = DamagedRecord.OriginalOf(entry.Payload).Length,
    };

    [LoggerMessage(EventId = 2101, Level = LogLevel.Warning, Message = "Archiving {Topic}/{Partition} failed; again in {RetryMs} ms")]
    private partial void LogRetry(Exception failure, string topic, int partition, double retryMs);
}
