using System.Globalization;
using ClickHouse.Driver;
using K2.Warehouse.Reading;
using Microsoft.Extensions.Logging;

namespace K2.Warehouse.Migrations;

/// <summary>
/// One migrator at a time on a ClickHouse server, with nothing but plain tables. The lock of generation n is the table <c>NAME_n</c>: creating it is
/// atomic, so one creator wins. Its comment names the holder and counts up as the holder works. A lock that says "free", or whose comment has not
/// changed for a lease by the waiter's own clock (its holder died; clocks need not agree), is followed by generation n + 1. The highest table is never
/// dropped, so that a waiter that was slow to act finds a higher one than its own and steps back.
/// </summary>
internal sealed partial class SchemaLock(ClickHouseClient client, string name, TimeProvider time, ILogger logger)
{
    /// <summary>How long a holder may be silent. Every statement of a migration renews it; one that takes longer only lets an idempotent repeat begin.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);

    private const int TableExists = 57;
    private const string Free = "free";
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);
    private readonly string _owner = Guid.NewGuid().ToString("N");
    private long _generation;
    private int _beats;

    /// <summary>Returns when this migrator holds the lock.</summary>
    public async Task AcquireAsync(CancellationToken cancellationToken)
    {
        (long Generation, string Comment) seen = (-1, "");
        var since = time.GetTimestamp();
        while (true)
        {
            var (generation, comment) = await HighestAsync(cancellationToken);
            var isDead = (generation, comment) == seen && time.GetElapsedTime(since) >= Lease;
            if (comment == Free || isDead)
            {
                if (isDead) LogTakenOver(seen.Comment, Lease.TotalSeconds);
                if (await TryCreateAsync(generation + 1, cancellationToken)) return;
                continue;
            }

            if ((generation, comment) != seen)
            {
                seen = (generation, comment);
                since = time.GetTimestamp();
            }

            await Task.Delay(Poll, time, cancellationToken);
        }
    }

    /// <summary>Says that the holder lives. Returns false when another one has taken over meanwhile.</summary>
    public async Task<bool> RenewAsync(CancellationToken cancellationToken)
    {
        if ((await HighestAsync(cancellationToken)).Generation != _generation) return false;
        _beats++;
        await CommentAsync(Held, cancellationToken);
        return true;
    }

    /// <summary>Gives the lock back, also when the migration was cancelled or failed; where ClickHouse does not answer, the lease ends it.</summary>
    public async Task ReleaseAsync()
    {
        try
        {
            await CommentAsync(Free, CancellationToken.None);
        }
        catch (Exception gone) when (gone is ClickHouseServerException or HttpRequestException or IOException or OperationCanceledException)
        {
            LogNotReleased(Lease.TotalSeconds, gone);
        }
    }

    private string Held => string.Create(CultureInfo.InvariantCulture, $"held by {_owner}, beat {_beats}");

    private async Task<bool> TryCreateAsync(long generation, CancellationToken cancellationToken)
    {
        _generation = generation;
        _beats = 0;
        try
        {
            await ExecuteAsync($"CREATE TABLE {Table(generation)} (nothing UInt8) ENGINE = MergeTree ORDER BY nothing COMMENT '{Held}'", cancellationToken);
        }
        catch (ClickHouseServerException taken) when (taken.ErrorCode == TableExists)
        {
            return false;
        }

        if ((await HighestAsync(cancellationToken)).Generation != generation)
        {
            await ExecuteAsync($"DROP TABLE IF EXISTS {Table(generation)}", cancellationToken);
            return false;
        }

        for (var older = generation - 1; older > 0 && older >= generation - 8; older--) await ExecuteAsync($"DROP TABLE IF EXISTS {Table(older)}", cancellationToken);
        return true;
    }

    /// <summary>Returns the highest generation and its comment; (0, free) before the first.</summary>
    private async Task<(long Generation, string Comment)> HighestAsync(CancellationToken cancellationToken)
    {
        var split = name.Split('.');
        var parameters = new Dictionary<string, string> { ["database"] = split[0], ["prefix"] = split[1] + "_" };
        const string sql = "SELECT toInt64(replaceOne(name, {prefix:String}, '')) AS generation, comment FROM system.tables WHERE database = {database:String} AND startsWith(name, {prefix:String}) ORDER BY generation DESC LIMIT 1";
        await using var rows = await RowReader.QueryAsync(client, sql, parameters, cancellationToken);
        return rows.HasRow() ? (rows.Int64(), rows.Text()) : (0, Free);
    }

    private string Table(long generation) => string.Create(CultureInfo.InvariantCulture, $"{name}_{generation}");

    private Task<int> CommentAsync(string comment, CancellationToken cancellationToken) => ExecuteAsync($"ALTER TABLE {Table(_generation)} MODIFY COMMENT '{comment}'", cancellationToken);

    private Task<int> ExecuteAsync(string sql, CancellationToken cancellationToken) => client.ExecuteNonQueryAsync(sql, null, null, cancellationToken);

    [LoggerMessage(EventId = 4201, Level = LogLevel.Warning, Message = "The migration lock ({Holder}) has been silent for {Seconds} s: taken over")]
    private partial void LogTakenOver(string holder, double seconds);

    [LoggerMessage(EventId = 4202, Level = LogLevel.Debug, Message = "The migration lock could not be given back; it ends by itself after {Seconds} s")]
    private partial void LogNotReleased(double seconds, Exception failure);
}
