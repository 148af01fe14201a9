using System.Collections.Immutable;
using K2.Abstractions.Cold;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;
using K2.Abstractions.Warehouse;
using K2.Contracts.Cold;
using K2.Contracts.Connectors;
using K2.Contracts.Hosting;
using K2.Contracts.Retention;
using K2.Contracts.Symbols;
using K2.Contracts.Verification;
using K2.Domain.Instruments;
using Microsoft.Extensions.DependencyInjection;

namespace K2.Api.Status;

/// <summary>Asks the parts of the platform how they do. A part that does not answer in time is reported as such and never fails the whole answer.</summary>
internal sealed class PlatformObserver(
    InstrumentTable instruments, IWarehouseReader reader, IGrainFactory grains, TimeProvider time, IServiceProvider services)
{
    private const string Unreachable = "unreachable";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private readonly ILog? _log = services.GetService<ILog>();
    private readonly PipelineCounters? _counters = services.GetService<PipelineCounters>();

    /// <summary>Returns the silos of the cluster, or null when none answers.</summary>
    public async Task<ImmutableArray<SiloMember>?> SilosAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await LimitedAsync(_ => grains.GetGrain<IClusterGrain>(IClusterGrain.Key).GetSilos(), cancellationToken);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Returns where apps connect to the cluster: the gateway of an active silo, or null when none is known.</summary>
    public async Task<string?> GatewayAsync(CancellationToken cancellationToken) =>
        SiloMember.GatewayOf(await SilosAsync(cancellationToken) ?? []);

    public async Task<ImmutableArray<ConnectorStatus>> ConnectorsAsync(CancellationToken cancellationToken)
    {
        var exchanges = instruments.All.Select(instrument => instrument.Id.Exchange).Distinct().Order();
        return [.. await Task.WhenAll(exchanges.Select(exchange => ConnectorAsync(exchange, cancellationToken)))];
    }

    /// <summary>Returns the instruments whose trades are taken now, in the order of the instruments file.</summary>
    public IReadOnlyList<Instrument> Active(ImmutableArray<ConnectorStatus> connectors)
    {
        var desired = connectors.SelectMany(connector => connector.Desired.Select(symbol => (connector.Exchange, symbol))).ToHashSet();
        return instruments.All.Where(instrument => desired.Contains((instrument.Id.Exchange.ToName(), instrument.Id.Symbol))).ToList();
    }

    public async Task<ImmutableArray<SymbolStatus>> SymbolsAsync(IReadOnlyList<Instrument> active, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(active.Select(instrument => AskAsync(
            token => grains.GetGrain<ISymbolGrain>(instrument.Id.ToString()).GetStatus(token), cancellationToken)));
        return [.. answers.Where(answer => answer is not null).Select(answer => answer!)];
    }

    /// <summary>Returns the latest comparison of each symbol's candles with the exchange's own.</summary>
    public async Task<ImmutableArray<SymbolVerification>> VerificationsAsync(ImmutableArray<ConnectorStatus> connectors, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(connectors.Select(connector => AskAsync<IReadOnlyList<SymbolVerification>>(
            async _ => await grains.GetGrain<IExchangeVerifierGrain>(connector.Exchange).GetLatest(), cancellationToken)));
        return [.. answers.Where(answer => answer is not null).SelectMany(answer => answer!)];
    }

    /// <summary>Returns what the latest run of the retention did, or null.</summary>
    public Task<RetentionReport?> RetentionAsync(CancellationToken cancellationToken) =>
        AskAsync(async _ => (await grains.GetGrain<IRetentionGrain>(IRetentionGrain.Key).GetLatest())!, cancellationToken);

    /// <summary>Returns what is wrong with the cold tables; what is wrong with several of them alike is one sentence.</summary>
    public async Task<ImmutableArray<string>> ColdProblemsAsync(CancellationToken cancellationToken)
    {
        if (services.GetService<IColdTier>() is not { } cold) return [];
        var answers = await Task.WhenAll(cold.Tables.Select(async table =>
            (table.Name, Status: await AskAsync(_ => grains.GetGrain<IColdExportGrain>(table.Name).GetStatus(), cancellationToken))));

        // The tables' silos may reach the store where this process does not: then old rows are missing from its own answers.
        IEnumerable<string> own = cold.Problem is { } problem && !answers.Any(answer => answer.Status?.Problems.Any(told => told.Contains(problem.TrimEnd('.'), StringComparison.Ordinal)) == true) ? [$"This process cannot read the cold tier: {problem.TrimEnd('.')}."] : [];
        return [.. own, .. answers
            .SelectMany(answer => (answer.Status?.Problems ?? ["What works on it does not answer."]).Select(problem => (answer.Name, Problem: problem)))
            .GroupBy(pair => pair.Problem, pair => pair.Name)
            .Select(group => $"Cold table{(group.Count() == 1 ? "" : "s")} {string.Join(", ", group)}: {group.Key}")];
    }

    /// <summary>
    /// Returns the records of trade topics that are in the log and not yet durable in the warehouse. A process without the log takes what the connectors' silos know;
    /// null where one of them does not answer.
    /// </summary>
    public async Task<long?> LagAsync(ImmutableArray<ConnectorStatus> connectors, CancellationToken cancellationToken)
    {
        if (_log is null) return connectors.Any(connector => connector.State == Unreachable) ? null : connectors.Sum(connector => connector.LagRecords);
        var trades = ExchangeNames.All.Select(TopicNames.Trades).ToHashSet();
        return await LogLag.OfAsync(_log, topic => trades.Contains(topic.Name), cancellationToken);
    }

    /// <summary>Returns null when the warehouse answers, else why not.</summary>
    public async Task<string?> WarehouseProblemAsync(CancellationToken cancellationToken)
    {
        if (instruments.All.FirstOrDefault() is not { } any) return null;
        try
        {
            // A point read by key: counting rows would cost up to 0.6 s per 10 million.
            await LimitedAsync(token => reader.ReadCheckpointAsync(any.Id, token), cancellationToken);
            return null;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            return failure is TimeoutException or OperationCanceledException ? $"no answer within {Patience.TotalSeconds:0} s" : FirstLine(failure.Message);
        }
    }

    /// <summary>Returns what passed through this process; nothing where it takes no trades.</summary>
    public ImmutableSortedDictionary<string, long> Counters() => _counters is { } counters
        ? Enum.GetValues<PipelineStage>().ToImmutableSortedDictionary(SnakeCase, stage => counters[stage], StringComparer.Ordinal)
        : ImmutableSortedDictionary<string, long>.Empty;

    private async Task<ConnectorStatus> ConnectorAsync(Exchange exchange, CancellationToken cancellationToken)
    {
        try
        {
            return await LimitedAsync(_ => grains.GetGrain<IExchangeConnectorGrain>(exchange.ToName()).GetStatus(), cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            return new ConnectorStatus
            {
                Exchange = exchange.ToName(),
                State = Unreachable,
                Desired = [],
                Confirmed = [],
                LastError = FirstLine(failure.Message),
                Connects = 0,
                LastFrame = null,
            };
        }
    }

    private async Task<T?> AskAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await LimitedAsync(ask, cancellationToken);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task<T> LimitedAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        return await ask(both.Token).WaitAsync(both.Token);
    }

    private static string FirstLine(string text) => text.AsSpan().IndexOfAny('\r', '\n') is var end and >= 0 ? text[..end] : text;

    private static string SnakeCase(PipelineStage stage) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(stage.ToString());
}
