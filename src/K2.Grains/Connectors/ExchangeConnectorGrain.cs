using System.Collections.Immutable;
using K2.Contracts.Connectors;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Grains.Placement;
using Microsoft.Extensions.Logging;

namespace K2.Grains.Connectors;

/// <summary>
/// Owns which symbols of an exchange are wanted and whether the connection is paused. The socket belongs to a worker of the silo, so that
/// reading never waits for the grain's turn. Every silo calls <see cref="Keep"/> every few seconds, so that another silo takes over when this one is lost.
/// </summary>
[GrainType("connector")]
[KeepAlive]
internal sealed partial class ExchangeConnectorGrain(IConnectorHost host, ConnectorPauses pauses, ILocalSiloDetails own, TimeProvider time, ILogger<ExchangeConnectorGrain> logger) : Grain, IExchangeConnectorGrain, IMovableGrain
{
    private const string Paused = "paused";
    private static readonly TimeSpan SecondPatience = TimeSpan.FromSeconds(3);
    private ImmutableArray<string> _desired = [];

    // The state that an operator has asked for, or null while trades are taken.
    private string? _stopped;

    // Whether the last note says that it is paused; a drain, which every silo does when it ends, leaves none.
    private bool _isPauseKept;
    private Exchange _exchange;
    private Task _keepingSecond = Task.CompletedTask;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _exchange = ExchangeKey.Of(this);
        _desired = [.. host.Configured(_exchange)];
        _isPauseKept = await pauses.IsPausedAsync(_exchange, cancellationToken);
        if (_isPauseKept) _stopped = Paused;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => host.StopAsync(_exchange);

    public Task Start(ImmutableArray<string> symbols)
    {
        _desired = symbols;
        return Keep();
    }

    public async Task Keep()
    {
        if (_stopped is null) await host.StartAsync(_exchange, _desired);

        // Not waited for: while the other silo dies the first connection goes on being kept. One that is stopped is told again: the first time may have been lost.
        if (host.HasPairs && _keepingSecond.IsCompleted) _keepingSecond = KeepSecondAsync();
    }

    public async Task Pause()
    {
        await StopFirstAsync(Paused);
        if (!_isPauseKept)
        {
            await pauses.NoteAsync(_exchange, true);
            _isPauseKept = true;
        }

        await StopSecondAsync();
    }

    public async Task Resume()
    {
        _stopped = null;
        await host.StartAsync(_exchange, _desired);
        if (!_isPauseKept) return;
        await pauses.NoteAsync(_exchange, false);
        _isPauseKept = false;
    }

    public async Task Drain()
    {
        await StopFirstAsync("drained");
        await StopSecondAsync();
    }

    public Task MoveTo(SiloAddress silo)
    {
        // A drain is known here only, and lasts until the exchange changes its silo.
        if (_stopped is null) this.MigrateTo(silo);
        return Task.CompletedTask;
    }

    public Task<BackfillProgress> Backfill(string symbol, DateTime from) => host.BackfillAsync(_exchange, symbol, Timestamp.From(new DateTimeOffset(from, TimeSpan.Zero)), CancellationToken.None);

    public Task<BackfillProgress> GetBackfillProgress(string symbol, long firstId, long lastId) => Task.FromResult(host.BackfillProgress(_exchange, symbol, firstId, lastId));

    public Task<ImportOutcome> Import(ImportChunk chunk) => host.ImportAsync(_exchange, chunk, CancellationToken.None);

    public async Task<ConnectorStatus> GetStatus()
    {
        var status = host.Status(_exchange);
        return status with { Desired = _desired, State = _stopped ?? status.State, LagRecords = await host.LagAsync(_exchange), Second = host.HasPairs ? await SecondStateAsync() : "" };
    }

    private ISecondConnectorGrain Second => GrainFactory.GetGrain<ISecondConnectorGrain>(this.GetPrimaryKeyString());

    private Task StopFirstAsync(string state)
    {
        _stopped = state;
        return host.StopAsync(_exchange);
    }

    private async Task StopSecondAsync()
    {
        if (!host.HasPairs) return;

        // One that is still asked to go on would come back behind the stop.
        await _keepingSecond;
        await Second.Stop();
    }

    private async Task KeepSecondAsync()
    {
        try
        {
            await (_stopped is null ? Second.Keep(_desired, own.SiloAddress) : Second.Stop());
        }
        catch (Exception failure)
        {
            // Its silo may just have died: the next call finds it another.
            LogSecondNotKept(failure, _exchange);
        }
    }

    private async Task<string> SecondStateAsync()
    {
        try
        {
            return await Second.GetState().WaitAsync(SecondPatience, time);
        }
        catch (Exception away) when (away is TimeoutException or OrleansException)
        {
            return "away";
        }
    }

    [LoggerMessage(EventId = 2307, Level = LogLevel.Information, Message = "{Exchange}: the second connection of the pair could not be reached; again soon")]
    private partial void LogSecondNotKept(Exception failure, Exchange exchange);
}
