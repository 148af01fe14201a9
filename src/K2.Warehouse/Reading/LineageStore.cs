using System.Runtime.CompilerServices;
using ClickHouse.Driver;
using K2.Abstractions.Warehouse;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using static K2.Warehouse.Reading.InstrumentQuery;

namespace K2.Warehouse.Reading;

/// <summary>Reads raw frames, a few chunks at a time, and removes candles without trades.</summary>
internal sealed class LineageStore(ClickHouseClient client) : ILineageStore
{
    // A chunk holds about a second or a MiB of one connection.
    private const int ChunksPerRead = 32;

    // Their keys are part of the request's address.
    private const int LettersPerSettling = 200;

    // A letter of a symbol's grain begins with the instrument.
    private const string WaitingOf = "exchange = {exchange:String} AND startsWith(origin, {mark:String}) AND reason = {reason:String} AND settled_at IS NULL";

    // How far a socket's frames may stand from their trades' times.
    private static readonly TimeSpan Early = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Late = TimeSpan.FromMinutes(5);

    // A chunk's time is that of its first frame.
    private const string NotBefore = "first_received >= fromUnixTimestamp64Micro({from:Int64}, 'UTC') - toIntervalMinute(1)";

    public async Task<Timestamp?> FirstTradeAsync(InstrumentId instrument, CancellationToken cancellationToken)
    {
        await using var rows = await RowReader.QueryAsync(client, $"SELECT min(timestamp) FROM k2.silver_trades_store WHERE {OfInstrument} HAVING count() > 0", Parameters(instrument), cancellationToken);
        return rows.HasRow() ? rows.Time() : null;
    }

    public async IAsyncEnumerable<StoredFrame> ReadFramesAsync(FrameQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var parameters = FrameParameters(query);
        var chunks = new List<(string Origin, long Sequence)>();
        const string keys = $$"""
            SELECT DISTINCT origin, first_sequence FROM k2.raw_chunks
            WHERE exchange = {exchange:String} AND {{NotBefore}}
                AND if(position(origin, {mark:String}) > 0, endsWith(origin, {suffix:String}), first_received < fromUnixTimestamp64Micro({until:Int64}, 'UTC'))
            ORDER BY origin, first_sequence
            """;
        await using (var rows = await RowReader.QueryAsync(client, keys, parameters, cancellationToken))
        {
            while (rows.HasRow()) chunks.Add((rows.Text(), rows.Int64()));
        }

        // The keys of the table: each read looks at its own chunks only.
        const string frames = $$"""
            SELECT origin, sequence, toUnixTimestamp64Micro(received_at) AS received, frame
            FROM k2.raw_chunks ARRAY JOIN sequences AS sequence, received_timestamps AS received_at, frames AS frame
            WHERE exchange = {exchange:String} AND {{NotBefore}}
                AND (origin, first_sequence) >= ({origin:String}, {first:Int64}) AND (origin, first_sequence) <= ({last_origin:String}, {last:Int64})
                AND if(position(origin, {mark:String}) > 0, endsWith(origin, {suffix:String}), first_received < fromUnixTimestamp64Micro({until:Int64}, 'UTC') AND position(frame, {needle:String}) > 0)
                AND received >= {from:Int64}
            """;
        foreach (var page in chunks.Chunk(ChunksPerRead))
        {
            (parameters["origin"], parameters["first"]) = (page[0].Origin, Text(page[0].Sequence));
            (parameters["last_origin"], parameters["last"]) = (page[^1].Origin, Text(page[^1].Sequence));
            await using var rows = await RowReader.QueryAsync(client, frames, parameters, cancellationToken);
            while (rows.HasRow()) yield return ReadFrame(rows);
        }
    }

    public async IAsyncEnumerable<StoredFrame> ReadLaterSnapshotsAsync(FrameQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        const string sql = """
            SELECT origin, sequence, toUnixTimestamp64Micro(received_at), frame
            FROM k2.raw_chunks ARRAY JOIN sequences AS sequence, received_timestamps AS received_at, frames AS frame
            WHERE exchange = {exchange:String} AND first_received >= fromUnixTimestamp64Micro({until:Int64}, 'UTC') AND position(origin, {mark:String}) = 0
                AND position(frame, '"snapshot"') > 0 AND position(frame, {needle:String}) > 0
            """;
        await using var rows = await RowReader.QueryAsync(client, sql, FrameParameters(query), cancellationToken);
        while (rows.HasRow()) yield return ReadFrame(rows);
    }

    private static StoredFrame ReadFrame(RowReader rows) => new(rows.Text(), rows.Int64(), new Timestamp(rows.Int64()), rows.Bytes());

    private static Dictionary<string, string> FrameParameters(FrameQuery query) => new(StringComparer.Ordinal)
    {
        ["exchange"] = query.Exchange.ToName(),
        ["needle"] = query.Needle,
        ["mark"] = query.RestMark,
        ["suffix"] = query.RestSuffix,
        ["from"] = Text(query.From.Add(-Early).Microseconds),
        ["until"] = Text(query.Until.Add(Late).Microseconds),
    };

    public async Task<long> CountCandlesAtAsync(InstrumentId instrument, LogPosition position, CancellationToken cancellationToken)
    {
        var parameters = Parameters(instrument);
        parameters["version"] = Text(position.Version);
        await using var rows = await RowReader.QueryAsync(client, $"SELECT toInt64(count()) FROM k2.ohlcv WHERE {OfInstrument} AND version = {{version:Int64}}", parameters, cancellationToken);
        return rows.Int64();
    }

    public async Task<long> RemoveEmptyCandlesAsync(InstrumentId instrument, Timestamp from, Timestamp until, LogPosition position, CancellationToken cancellationToken)
    {
        var removed = 0L;
        foreach (var timeframe in Timeframes.All)
        {
            var parameters = Parameters(instrument);
            parameters["timeframe"] = timeframe.ToName();
            parameters["length"] = Text(timeframe.LengthMicroseconds());
            parameters["from"] = Text(timeframe.WindowStart(from).Microseconds);
            parameters["until"] = Text(timeframe.WindowStart(new Timestamp(until.Microseconds - 1)).Microseconds + timeframe.LengthMicroseconds());
            parameters["version"] = Text(position.Version);
            const string range = "toUnixTimestamp64Micro(window_start) >= {from:Int64} AND toUnixTimestamp64Micro(window_start) < {until:Int64}";
            var empty = new List<long>();
            await using (var rows = await RowReader.QueryAsync(
                client,
                $$"""
                SELECT toUnixTimestamp64Micro(window_start) AS start FROM k2.ohlcv WHERE {{OfInstrument}} AND timeframe = {timeframe:String} AND {{range}} AND version <= {version:Int64}
                AND start NOT IN (SELECT intDiv(toUnixTimestamp64Micro(timestamp), {length:Int64}) * {length:Int64} FROM k2.silver_trades
                    WHERE {{OfInstrument}} AND timestamp >= fromUnixTimestamp64Micro({from:Int64}, 'UTC') AND timestamp < fromUnixTimestamp64Micro({until:Int64}, 'UTC'))
                """,
                parameters,
                cancellationToken))
            {
                while (rows.HasRow()) empty.Add(rows.Int64());
            }

            if (empty.Count == 0) continue;
            parameters["starts"] = "[" + string.Join(',', empty.Select(Text)) + "]";
            var settings = parameters.ToDictionary(parameter => "param_" + parameter.Key, parameter => (object)parameter.Value, StringComparer.Ordinal);

            // Waits until the rows are gone from every SELECT.
            settings["lightweight_deletes_sync"] = 1;
            await client.ExecuteNonQueryAsync(
                $"DELETE FROM k2.ohlcv_store WHERE {OfInstrument} AND timeframe = {{timeframe:String}} AND version <= {{version:Int64}} AND has({{starts:Array(Int64)}}, toUnixTimestamp64Micro(window_start))",
                null,
                new QueryOptions { CustomSettings = settings },
                cancellationToken);
            removed += empty.Count;
        }

        return removed;
    }

    public async Task<IReadOnlyList<WaitingLetter>> ReadWaitingAsync(InstrumentId instrument, string reason, WaitingLetter? after, int limit, CancellationToken cancellationToken)
    {
        var parameters = LetterParameters(instrument, reason);
        parameters["limit"] = Text(limit);
        (parameters["after"], parameters["after_origin"]) = (Text(after?.Sequence ?? long.MinValue), after?.Origin ?? "");
        const string sql = $$"""
            SELECT origin, sequence, original FROM k2.dead_letters
            WHERE {{WaitingOf}} AND (sequence, origin) > ({after:Int64}, {after_origin:String}) ORDER BY sequence, origin LIMIT {limit:UInt32}
            """;
        var letters = new List<WaitingLetter>();
        await using var rows = await RowReader.QueryAsync(client, sql, parameters, cancellationToken);
        while (rows.HasRow()) letters.Add(new WaitingLetter(rows.Text(), rows.Int64(), rows.Bytes()));
        return letters;
    }

    public async Task SettleAsync(InstrumentId instrument, string reason, IReadOnlyCollection<WaitingLetter> letters, CancellationToken cancellationToken)
    {
        // The newest row of a key counts.
        const string sql = $$"""
            INSERT INTO k2.dead_letters_store (exchange, origin, sequence, reason, detail, received_timestamp, original, original_length, written_at, settled_at)
            SELECT exchange, origin, sequence, reason, detail, received_timestamp, original, original_length, written_at, now64(6) FROM k2.dead_letters
            WHERE {{WaitingOf}} AND has(arrayZip({sequences:Array(Int64)}, {origins:Array(String)}), (sequence, toString(origin)))
            """;
        foreach (var some in letters.Chunk(LettersPerSettling))
        {
            var settings = LetterParameters(instrument, reason).ToDictionary(parameter => "param_" + parameter.Key, parameter => (object)parameter.Value, StringComparer.Ordinal);
            settings["param_sequences"] = Texts(some.Select(letter => letter.Sequence));
            settings["param_origins"] = Texts(some.Select(letter => letter.Origin));
            await client.ExecuteNonQueryAsync(sql, null, new QueryOptions { CustomSettings = settings }, cancellationToken);
        }
    }

    private static Dictionary<string, string> LetterParameters(InstrumentId instrument, string reason) =>
        new(StringComparer.Ordinal) { ["exchange"] = instrument.Exchange.ToName(), ["mark"] = instrument + " ", ["reason"] = reason };
}
