using System.Collections.Immutable;
using System.Text.Json;
using K2.Abstractions;
using K2.Abstractions.Cold;
using K2.Abstractions.Cold.Tables;
using K2.Abstractions.Retention;
using K2.Abstractions.Warehouse;
using K2.Contracts.Cold;
using K2.Contracts.Http;
using K2.Domain;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace K2.Grains.Cold;

/// <summary>Works on one cold table by a reminder. What differs, or could not be done, is a row of <c>audit_log</c> and a line of the log.</summary>
[GrainType("cold-export")]
[KeepAlive]
internal sealed partial class ColdExportGrain(IServiceProvider services, IWarehouseWriter writer, IRetention retention, ColdSchedule schedule, ColdMetrics metrics, TimeProvider time, ILogger<ColdExportGrain> logger) : Grain, IColdExportGrain, IRemindable, IDisposable
{
    private const string Quarterly = "cold-export";
    private const int RememberedRuns = 32;

    // Behind the boundary, so that the records that close its windows are there.
    private static readonly TimeSpan Behind = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LookAtData = TimeSpan.FromSeconds(5);
    private readonly CancellationTokenSource _stop = new();
    private readonly SortedDictionary<ColdWork, ColdRun> _runs = [];

    // A new run does not make a bad one good before it has ended.
    private readonly SortedDictionary<ColdWork, ColdRun> _ended = [];

    // Who waits for a run asks now and then: others may have ended since.
    private readonly Queue<ColdRun> _remembered = new();
    private Task _running = Task.CompletedTask;
    private IGrainTimer? _timer;
    private long _exportedWindow;
    private DateOnly? _maintained;
    private DateTime _activated;
    private DateTime? _exported;

    private IColdTier Cold => services.GetService<IColdTier>() ?? throw new K2Exception("the cold tier is off (K2:Cold:Enabled)");

    private ColdTable Table => Cold.Tables.FirstOrDefault(table => table.Name == this.GetPrimaryKeyString())
        ?? throw new K2Exception($"'{this.GetPrimaryKeyString()}' is no cold table: known are {string.Join(", ", Cold.Tables.Select(table => table.Name))}");

    public async Task Schedule()
    {
        _ = Table;
        var now = time.GetUtcNow();
        var next = new DateTimeOffset(now.Ticks - (now.Ticks % schedule.Interval.Ticks) + schedule.Interval.Ticks, TimeSpan.Zero) + Behind;
        await this.RegisterOrUpdateReminder(Quarterly, next - now, schedule.Interval);
        if (schedule.FollowsData) _timer ??= this.RegisterGrainTimer(FollowDataAsync, new GrainTimerCreationOptions { DueTime = LookAtData, Period = LookAtData, KeepAlive = true });
    }

    public Task<ColdRun> Start(ColdJob job)
    {
        var table = Table;
        if (_runs.Values.FirstOrDefault(run => run.Ended is null) is { } current) return Task.FromResult(current);
        var run = new ColdRun { Table = table.Name, Work = job.Work, JobId = job.JobId, Started = time.GetUtcNow().UtcDateTime, Outcome = "running" };
        if (_runs.TryGetValue(job.Work, out var before))
        {
            _remembered.Enqueue(before);
            if (_remembered.Count > RememberedRuns) _remembered.Dequeue();
        }

        _runs[job.Work] = run;
        _running = RunAsync(table, job, run);
        return Task.FromResult(_runs[job.Work]);
    }

    public Task<ColdTableStatus> GetStatus() => Task.FromResult(new ColdTableStatus
    {
        Table = Table.Name,
        Location = $"{Cold.Location}/{Table.Name}",
        Runs = [.. _runs.Values],
        Problems = ColdHealth.Problems(Cold.Problem, _ended.Values, _exported ?? _activated, schedule.Interval, time.GetUtcNow().UtcDateTime),
        LastExport = _exported,
    });

    public Task<ColdRun?> GetRun(Guid jobId) => Task.FromResult(_runs.Values.FirstOrDefault(run => run.JobId == jobId) ?? _remembered.FirstOrDefault(run => run.JobId == jobId));

    public async Task<ImmutableArray<ColdSnapshotView>> GetSnapshots(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1000);
        var table = Table;
        return [.. (await Cold.SnapshotsAsync(table, CancellationToken.None)).Take(limit).Select(snapshot => new ColdSnapshotView
        {
            Table = table.Name,
            SnapshotId = snapshot.Id,
            CommittedAt = snapshot.At.UtcDateTime,
            Operation = snapshot.Operation,
            Rows = snapshot.Rows,
            AddedRows = snapshot.AddedRows,
            Files = snapshot.Files,
            Checksum = snapshot.Checksum,
        })];
    }

    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        // One that is still at work is not joined by another.
        if (!_running.IsCompleted) return;
        await Start(new ColdJob { Work = ColdWork.Export });
        await _running;
        await MaintainIfDueAsync();
    }

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        _activated = now.UtcDateTime;
        var key = this.GetPrimaryKeyString();
        if (services.GetService<IColdTier>()?.Tables.Any(table => table.Name == key) == true) metrics.Begin(key, now);
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        metrics.End(this.GetPrimaryKeyString());
    }

    public void Dispose()
    {
        _timer?.Dispose();
        _stop.Dispose();
    }

    private async Task FollowDataAsync(CancellationToken cancellationToken)
    {
        if (!_running.IsCompleted || await ClockAsync() is not { } clock) return;
        var window = clock.Microseconds / (schedule.Interval.Ticks / TimeSpan.TicksPerMicrosecond);
        if (window == _exportedWindow) return;
        _exportedWindow = window;
        await Start(new ColdJob { Work = ColdWork.Export });
        await _running;
        await MaintainIfDueAsync();
    }

    private async Task MaintainIfDueAsync()
    {
        if (await ClockAsync() is not { } clock) return;
        var due = DateOnly.FromDateTime(clock.ToDateTime() - schedule.MaintenanceAt);
        if (_maintained is { } last && last >= due) return;
        var began = time.GetUtcNow().UtcDateTime;
        await Start(new ColdJob { Work = ColdWork.Maintain });
        await _running;

        // One that failed, or gave way to other work, is due again after the next export.
        if (_runs.GetValueOrDefault(ColdWork.Maintain) is not { IsGood: true } run || run.Started < began) return;
        _maintained = due;
        await Start(new ColdJob { Work = ColdWork.Audit, From = DateOnly.FromDateTime(clock.ToDateTime()).AddDays(1 - schedule.AuditedDays) });
        await _running;
    }

    private async Task<Timestamp?> ClockAsync()
    {
        try
        {
            return await Cold.ClockAsync(_stop.Token);
        }
        catch (Exception failure) when (failure is K2Exception or OperationCanceledException)
        {
            // The warehouse is away or the silo stops: the next tick sees.
            return null;
        }
    }

    private async Task RunAsync(ColdTable table, ColdJob job, ColdRun run)
    {
        try
        {
            run = await ColdJobRunner.RunAsync(Cold, retention, table, job, run, _stop.Token) with { Ended = time.GetUtcNow().UtcDateTime };
            if (!run.IsGood) LogNotGood(table.Name, job.Work, run.Outcome, string.Join("; ", run.Problems));
            if (!run.IsGood || job.Work is ColdWork.Audit or ColdWork.Restore)
                await writer.WriteAuditAsync([new AuditEntry(Timestamp.From(time.GetUtcNow()), $"cold-{ColdMetrics.WordOf(job.Work)}", table.Name, run.Outcome, JsonSerializer.Serialize(run, ApiJson.Default.ColdRun))], _stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // No failure: nobody needs to be alerted.
            _runs[job.Work] = run with { Ended = time.GetUtcNow().UtcDateTime, Outcome = "failed", Problems = ["the silo stops; the next run goes on where the table stands"] };
            return;
        }
        catch (Exception failure)
        {
            // What the run found stays, also if it could not be recorded.
            run = run with { Ended = time.GetUtcNow().UtcDateTime, Outcome = "failed", Problems = run.Problems.Add(failure.Message) };
            LogFailed(failure, table.Name, job.Work);
        }

        _runs[job.Work] = _ended[job.Work] = run;
        if (job.Work == ColdWork.Export && run.IsGood) _exported = run.Ended;
        metrics.Record(run);
    }

    [LoggerMessage(EventId = 2501, Level = LogLevel.Warning, Message = "Cold table {Table}: {Work} ended as {Outcome}: {Problems}")]
    private partial void LogNotGood(string table, ColdWork work, string outcome, string problems);

    [LoggerMessage(EventId = 2502, Level = LogLevel.Error, Message = "Cold table {Table}: {Work} failed")]
    private partial void LogFailed(Exception failure, string table, ColdWork work);
}
