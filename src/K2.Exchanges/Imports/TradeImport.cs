using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;
using K2.Exchanges.Gaps;

namespace K2.Exchanges.Imports;

/// <summary>
/// Passes lines of a published trade file on the same way as live trades: their bytes into the raw layer, new trades into the log, bad lines into the
/// dead letters. Lines that are known already change nothing, so a file may be sent again from its beginning.
/// </summary>
/// <param name="keeper">Knows what is there and takes the trades.</param>
/// <param name="time">Clock.</param>
public sealed class TradeImport(FeedKeeper keeper, TimeProvider time)
{
    /// <summary>Takes lines.</summary>
    /// <param name="instrument">The instrument that the file is of.</param>
    /// <param name="origin">The file's name, and what tells it from others of that name.</param>
    /// <param name="format">Its format.</param>
    /// <param name="firstLine">Number of the first line within the file, from 1.</param>
    /// <param name="lines">Whole lines, each with its end. Lines of one time without ids must not be cut apart.</param>
    /// <param name="cancellationToken">Ends the waiting for the log.</param>
    /// <exception cref="ArgumentException">The file is not for the instrument, or there are too many bytes.</exception>
    public async Task<ImportCounts> TakeAsync(Instrument instrument, string origin, TradeFileFormat format, long firstLine, ReadOnlyMemory<byte> lines, CancellationToken cancellationToken)
    {
        if (TradeFile.Mismatch(format, instrument) is { } mismatch) throw new ArgumentException(mismatch, nameof(format));
        if (lines.Length > TradeFile.MaxChunkBytes) throw new ArgumentException($"{lines.Length} bytes of lines, at most {TradeFile.MaxChunkBytes} are taken at once", nameof(lines));
        var feed = keeper.Find(instrument.Id) ?? throw new InvalidOperationException($"{instrument.Id} is not taken now.");

        var received = Timestamp.From(time.GetUtcNow());
        var (records, rejected, counts) = Parse(feed, instrument, format, firstLine, lines, received);
        if (records.Count == 0 && rejected.Count == 0) return counts;
        await keeper.AcceptAsync(
            new FrameBatch
            {
                Exchange = instrument.Id.Exchange,
                Origin = origin,

                // Sent again, the same lines are one row of the raw layer.
                IsReplay = true,
                IsFetched = true,
                Frames = [new RawFrame(lines, received, firstLine)],
                Records = records.Count == 0 ? [] : [new InstrumentRecords(instrument, records)],
                Rejected = rejected,
                TradeFrames = records.Count > 0 ? 1 : 0,
                Trades = records.Count,
            },
            cancellationToken);
        return counts;
    }

    /// <summary>Notes the end of a file: ids that are missing between the known ones are recorded as a gap that nobody has asked for. Returns how many there are.</summary>
    /// <param name="instrument">The instrument that the file was of.</param>
    /// <param name="cancellationToken">Ends the waiting for the log.</param>
    public ValueTask<long> FinishAsync(Instrument instrument, CancellationToken cancellationToken) =>
        keeper.RecordHolesAsync(keeper.Find(instrument.Id) ?? throw new InvalidOperationException($"{instrument.Id} is not taken now."), cancellationToken);

    private static (List<LogRecord> Records, List<RejectedFrame> Rejected, ImportCounts Counts) Parse(
        InstrumentFeed feed, Instrument instrument, TradeFileFormat format, long firstLine, ReadOnlyMemory<byte> lines, Timestamp received)
    {
        var records = new List<LogRecord>();
        var rejected = new List<RejectedFrame>();
        var result = new FrameResult();
        var firstOwn = feed.LowestOwn;
        long known = 0, overlapping = 0;
        var number = firstLine;
        var (place, placeTime) = (0, ReadOnlyMemory<byte>.Empty);
        for (var rest = lines; !rest.IsEmpty; number++)
        {
            var end = rest.Span.IndexOf((byte)'\n');
            var line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (line.Span.Trim((byte)'\r').IsEmpty || (number == 1 && TradeFile.IsHeader(line.Span))) continue;

            var time = line[..Math.Max(0, line.Span.IndexOf((byte)','))];
            place = time.Span.SequenceEqual(placeTime.Span) ? Math.Min(place + 1, AnonymousTrades.MaxPlaces - 1) : 0;
            placeTime = time;
            TradeFile.Read(format, instrument, line.Span, place, received, result);
            if (result.Trades is not [var parsed]) rejected.Add(new RejectedFrame(result.Reason, result.Detail, line, line.Length, received, number));
            else if (feed.Knows(parsed.Trade.TradeId)) known++;
            else if (AnonymousTrades.Contains(parsed.Trade.TradeId) && firstOwn is { } first && parsed.Trade.ExchangeTime >= first.Time) overlapping++;
            else records.Add(LogRecord.OfTrade(parsed.Trade));
        }

        return (records, rejected, new ImportCounts(records.Count, known, overlapping, rejected.Count));
    }
}
