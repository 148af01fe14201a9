using K2.Abstractions;
using K2.Abstractions.Warehouse;
using K2.Domain;
using K2.Domain.Instruments;

namespace K2.Grains.Connectors;

/// <summary>
/// Remembers which exchanges an operator has paused, as rows of <c>audit_log</c>: they outlive the silo, and tell who looks back why trades are missing. Redis holds nothing of
/// the platform's, and a connection cannot start without ClickHouse anyway, whose checkpoints it begins with.
/// </summary>
internal sealed class ConnectorPauses(IWarehouseWriter writer, IAuditReader audit, TimeProvider time)
{
    private const string Check = "connector";
    private const string Paused = "paused";
    private const string Resumed = "resumed";

    /// <summary>How long a call waits for ClickHouse.</summary>
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>Returns whether the exchange was paused and not resumed.</summary>
    public async Task<bool> IsPausedAsync(Exchange exchange, CancellationToken cancellationToken) => (await audit.LatestAsync(Check, exchange.ToName(), cancellationToken))?.Outcome == Paused;

    /// <summary>Keeps that the exchange was paused or resumed.</summary>
    /// <exception cref="InvalidOperationException">It could not be kept: the call was done, and lasts as long as the silo.</exception>
    public async Task NoteAsync(Exchange exchange, bool isPaused)
    {
        var outcome = isPaused ? Paused : Resumed;
        using var limit = new CancellationTokenSource(Limit, time);
        try
        {
            // The note before may be of a silo whose clock is ahead: this one is the later all the same.
            var now = Timestamp.From(time.GetUtcNow());
            if (await audit.LatestAsync(Check, exchange.ToName(), limit.Token) is { } last && last.At >= now) now = new Timestamp(last.At.Microseconds + 1);
            await writer.WriteAuditAsync([new AuditEntry(now, Check, exchange.ToName(), outcome, "{}")], limit.Token);
        }
        catch (Exception away) when (away is OperationCanceledException or K2Exception)
        {
            throw new InvalidOperationException($"{exchange.ToName()} is {outcome}, but ClickHouse did not take a note of it: when another silo takes the exchange over it will not know. Ask again when ClickHouse answers.", away);
        }
    }
}
