using System.Collections.Immutable;
using K2.Contracts.Connectors;

namespace K2.Api.Tests.Hosting;

/// <summary>Binance streams two symbols, Kraken fails to answer.</summary>
[GrainType("test-connector")]
internal sealed class TestConnectorGrain : Grain, IExchangeConnectorGrain
{
    public Task Start(ImmutableArray<string> symbols) => Task.CompletedTask;

    public Task Keep() => Task.CompletedTask;

    public Task Pause() => Task.CompletedTask;

    public Task Resume() => Task.CompletedTask;

    public Task Drain() => Task.CompletedTask;

    public Task<BackfillProgress> Backfill(string symbol, DateTime from) => Task.FromResult(new BackfillProgress { FirstId = 1, LastId = 10, Known = 4, IsOpen = true, LastError = "" });

    public Task<BackfillProgress> GetBackfillProgress(string symbol, long firstId, long lastId) =>
        Task.FromResult(new BackfillProgress { FirstId = firstId, LastId = lastId, Known = symbol == "BTC/USDT" ? 10 : 7, IsOpen = false, LastError = "" });

    public Task<ImportOutcome> Import(ImportChunk chunk) => Task.FromResult(new ImportOutcome { Taken = chunk.Lines.Length, Known = chunk.FirstLine, Overlapping = 0, Bad = 0 });

    public Task<ConnectorStatus> GetStatus() => this.GetPrimaryKeyString() == "kraken"
        ? throw new InvalidOperationException("kraken is asleep\nat some place")
        : Task.FromResult(new ConnectorStatus
        {
            Exchange = "binance",
            State = "streaming",
            Desired = ["BTC/USDT", "ETH/USDT"],
            Confirmed = ["BTC/USDT"],
            LastError = "",
            Connects = 2,
            LastFrame = Samples.Start.ToDateTime(),
        });
}
