using System.Collections.Immutable;
using System.Text.Json;
using K2.Abstractions.Warehouse;
using K2.Contracts.Http;
using K2.Contracts.Verification;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Grains.Connectors;

namespace K2.Grains.Verification;

/// <summary>Compares one exchange's candles every day by a reminder; outcomes are rows of <c>audit_log</c>, and the latest stay in memory for the status.</summary>
[GrainType("verifier")]
[KeepAlive]
internal sealed class ExchangeVerifierGrain(IConnectorHost host, IWarehouseWriter writer) : Grain, IExchangeVerifierGrain, IRemindable
{
    private const string Daily = "daily-verification";
    private const int DailyHours = 24;
    private const int MaxHours = 720;

    // Soon enough that a laptop which is on for an hour a day is checked too.
    private static readonly TimeSpan FirstAfter = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Period = TimeSpan.FromDays(1);
    private ImmutableSortedDictionary<string, SymbolVerification> _latest = ImmutableSortedDictionary<string, SymbolVerification>.Empty;
    private Exchange _exchange;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _exchange = ExchangeKey.Of(this);
        return Task.CompletedTask;
    }

    public async Task<SymbolVerification> Verify(string symbol, int hours)
    {
        if (hours is < 1 or > MaxHours) throw new ArgumentOutOfRangeException(nameof(hours), hours, $"1 to {MaxHours} hours");
        var outcome = await host.VerifyAsync(_exchange, symbol, TimeSpan.FromHours(hours), CancellationToken.None);
        _latest = _latest.SetItem(outcome.Symbol, outcome);
        await writer.WriteAuditAsync(
            [new AuditEntry(Timestamp.From(new DateTimeOffset(outcome.At, TimeSpan.Zero)), "exchange-candles", $"{outcome.Exchange} {outcome.Symbol}", outcome.Problem.Length > 0 ? "failed" : outcome.Passed ? "equal" : "different", JsonSerializer.Serialize(outcome, ApiJson.Default.SymbolVerification))],
            CancellationToken.None);
        return outcome;
    }

    public Task<ImmutableArray<SymbolVerification>> GetLatest() => Task.FromResult(_latest.Values.ToImmutableArray());

    public Task Schedule() => this.RegisterOrUpdateReminder(Daily, FirstAfter, Period);

    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        foreach (var symbol in host.Configured(_exchange)) await Verify(symbol, DailyHours);
    }
}
