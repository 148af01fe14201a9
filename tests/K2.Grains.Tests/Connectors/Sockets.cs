using K2.Contracts.Connectors;
using K2.Contracts.Verification;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Grains.Connectors;

namespace K2.Grains.Tests.Connectors;

/// <summary>A silo's sockets, which only remember what they are asked.</summary>
internal sealed class Sockets(Func<bool> hasPairs) : IConnectorHost
{
    public static readonly IReadOnlyList<string> Wanted = ["BTC/USD"];

    public IReadOnlyList<string>? Symbols { get; private set; }

    public IReadOnlyList<string>? SecondSymbols { get; private set; }

    public bool HasPairs => hasPairs();

    /// <summary>Whether the exchange has confirmed what was asked for.</summary>
    public bool IsConfirmed { get; set; } = true;

    public IReadOnlyList<string> Configured(Exchange exchange) => Wanted;

    public Task StartAsync(Exchange exchange, IReadOnlyList<string> symbols, bool isSecond)
    {
        Set(symbols, isSecond);
        return Task.CompletedTask;
    }

    public Task StopAsync(Exchange exchange, bool isSecond)
    {
        Set(null, isSecond);
        return Task.CompletedTask;
    }

    private void Set(IReadOnlyList<string>? symbols, bool isSecond)
    {
        if (isSecond) SecondSymbols = symbols;
        else Symbols = symbols;
    }

    public ConnectorStatus Status(Exchange exchange, bool isSecond) =>
        new() { Exchange = exchange.ToName(), State = (isSecond ? SecondSymbols : Symbols) is null ? "idle" : IsConfirmed ? "streaming" : "subscribing", Desired = [], Confirmed = [], LastError = "", Connects = 0, LastFrame = null };

    public ValueTask<long> LagAsync(Exchange exchange) => ValueTask.FromResult(0L);

    public Task<SymbolVerification> VerifyAsync(Exchange exchange, string symbol, TimeSpan range, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<BackfillProgress> BackfillAsync(Exchange exchange, string symbol, Timestamp from, CancellationToken cancellationToken) => throw new NotSupportedException();

    public BackfillProgress BackfillProgress(Exchange exchange, string symbol, long firstId, long lastId) => throw new NotSupportedException();

    public Task<ImportOutcome> ImportAsync(Exchange exchange, ImportChunk chunk, CancellationToken cancellationToken) => throw new NotSupportedException();
}
