using K2.Cli.Doctor;
using K2.Cli.Locating;
using K2.Cli.Reading;
using K2.Cli.Sql;
using K2.Client;

namespace K2.Cli;

/// <summary>What commands use of the world; tests put their own in.</summary>
internal sealed record CliServices
{
    public required Terminal Terminal { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public TargetLocator Locator { get; init; } = new(new ProcessTable());

    /// <summary>Opens what answers symbols, candles and trades.</summary>
    public Func<Target, CancellationToken, Task<IMarketReader>> OpenReaderAsync { get; init; } = MarketReaders.OpenAsync;

    /// <summary>Opens what answers SQL.</summary>
    public Func<Target, CancellationToken, Task<ISqlRunner>> OpenSqlAsync { get; init; } = SqlRunners.OpenAsync;

    /// <summary>Connects to a running server.</summary>
    public Func<Target, CancellationToken, Task<K2Client>> ConnectAsync { get; init; } = MarketReaders.ConnectAsync;

    public ITools Tools { get; init; } = new ProcessTools();

    public INativeLibrary Library { get; init; } = new CachedLibrary();
}
