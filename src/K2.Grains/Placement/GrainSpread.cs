using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace K2.Grains.Placement;

/// <summary>
/// Spreads connectors and symbols over the silos. Orleans places a grain once, where there is room then: a silo that comes later would stay empty, and after a rolling restart the first silo
/// would do everything. Each silo moves its own surplus, once the membership has not changed for a while.
/// </summary>
internal sealed partial class GrainSpread(IClusterMembershipService membership, ILocalSiloDetails own, IGrainFactory grains, TimeProvider time, ILogger<GrainSpread> logger) : BackgroundService
{
    /// <summary>The kinds that are spread: those that work all the time.</summary>
    internal static readonly IReadOnlyList<string> Kinds = ["connector", "symbol"];

    /// <summary>Between two looks.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    // Two looks without a change: who just came may be about to go, and a silo that left has its grains elsewhere by then.
    private const int QuietLooks = 2;

    // While nothing changes every sixth look is enough: each asks all silos for all their grains.
    private const int Cycle = 6;

    // A move is a flush here and a start there; so many at once are not felt.
    private const int MostAtOnce = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        var seen = new HashSet<SiloAddress>();
        var quiet = 0;
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                var active = membership.CurrentSnapshot.Members.Values.Where(member => member.Status == SiloStatus.Active).Select(member => member.SiloAddress).ToHashSet();
                quiet = active.SetEquals(seen) ? quiet + 1 : 0;
                seen = active;
                if (quiet % Cycle == QuietLooks && active.Count > 1) await SpreadAsync(active, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The silo stops.
        }
    }

    private async Task SpreadAsync(HashSet<SiloAddress> active, CancellationToken cancellationToken)
    {
        try
        {
            var known = await grains.GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics(null, null, cancellationToken).WaitAsync(Patience, time, cancellationToken);
            var moves = Kinds.SelectMany(kind => GrainMoves.Plan(active, known.Where(grain => grain.GrainId.Type.ToString() == kind).Select(grain => (grain.GrainId, grain.SiloAddress))))
                .Where(move => move.From.Equals(own.SiloAddress)).Take(MostAtOnce).ToList();
            foreach (var (grain, _, to) in moves) await grains.GetGrain<IMovableGrain>(grain).MoveTo(to).WaitAsync(Patience, time, cancellationToken);
            if (moves.Count > 0) LogMoved(moves.Count);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            // The cluster changes, or a silo of an earlier version cannot: the next look comes soon.
            LogNotSpread(failure);
        }
    }

    [LoggerMessage(EventId = 2411, Level = LogLevel.Information, Message = "{Count} grains were asked to go on in silos that have fewer")]
    private partial void LogMoved(int count);

    [LoggerMessage(EventId = 2412, Level = LogLevel.Information, Message = "Grains could not be spread over the silos; again soon")]
    private partial void LogNotSpread(Exception failure);
}
