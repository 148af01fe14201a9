using System.Globalization;
using K2.Cli.Simulation;
using K2.Client;
using K2.Contracts.Connectors;
using K2.Contracts.Hosting;
using K2.Contracts.Http;
using K2.Domain.Instruments;

namespace K2.Cli.Bench.Soak;

/// <summary>Simulated exchanges in this process and a silo in one of its own that connects to them; the silo may die, the exchanges go on.</summary>
internal sealed class PlatformRig : IAsyncDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);
    private static readonly K2ClientOptions ClientOptions = new() { ConnectGatewayOnFirstUse = true };
    private readonly string _assembly;
    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(60) };
    private SiloProcess? _silo;
    private K2Client? _client;

    private PlatformRig(SimulatedVenues venues, string assembly, string folder, TimeProvider time)
    {
        Venues = venues;
        _assembly = assembly;
        _folder = folder;
        _time = time;
    }

    public SimulatedVenues Venues { get; }

    public SiloProcess Silo => _silo ?? throw new InvalidOperationException("no silo runs");

    public static async Task<PlatformRig> StartAsync(InstrumentTable instruments, SimulationOptions simulation, string assembly, string folder, TimeProvider time, CancellationToken cancellationToken)
    {
        var rig = new PlatformRig(await SimulatedVenues.StartAsync(instruments, [.. ExchangeNames.All], simulation with { StartHeld = true }, cancellationToken), assembly, folder, time);
        try
        {
            await rig.StartSiloAsync(cancellationToken);
            foreach (var venue in rig.Venues.All) venue.Release();
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the silo and returns when every symbol of every exchange is confirmed.</summary>
    public async Task StartSiloAsync(CancellationToken cancellationToken)
    {
        await DropClientAsync();
        _silo?.Dispose();
        var left = Path.Combine(_folder, SiloEndpoints.FileName);
        if (File.Exists(left)) File.Delete(left);
        _silo = SiloProcess.Start(_assembly, [.. Venues.SiloArguments, "--data", _folder]);
        await UntilAsync(() => Task.FromResult(File.Exists(left)), "the silo's address", cancellationToken);
        await UntilAsync(async () => (await ConnectorsAsync(cancellationToken)).All(connector => connector.IsConfirmed()), "all subscriptions", cancellationToken);
    }

    public async Task<PlatformStatus> StatusAsync(CancellationToken cancellationToken)
    {
        _client ??= await K2Client.ConnectAsync(Endpoints(), ClientOptions, cancellationToken);
        return await _client.GetStatusAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<ConnectorStatus>> ConnectorsAsync(CancellationToken cancellationToken) => (await StatusAsync(cancellationToken)).Connectors;

    /// <summary>Asks the running silo's ClickHouse; the answer's text.</summary>
    public async Task<string> QueryAsync(string sql, CancellationToken cancellationToken)
    {
        using var body = new StringContent(sql);
        using var response = await _http.PostAsync(new Uri(Endpoints().ClickHouseUrl), body, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.IsSuccessStatusCode ? text.Trim() : throw new InvalidOperationException($"ClickHouse answered {(int)response.StatusCode}: {text}");
    }

    /// <summary>Whether every trade that an exchange has made up to now is stored.</summary>
    public async Task<bool> HasAllAsync(Exchange exchange, long made, CancellationToken cancellationToken) => await StoredAsync(exchange, cancellationToken) >= made;

    public async Task<long> StoredAsync(Exchange exchange, CancellationToken cancellationToken) =>
        long.Parse(await QueryAsync($"SELECT uniqExact(canonical_symbol, id_epoch, trade_id) FROM k2.silver_trades_store WHERE exchange = '{exchange.ToName()}'", cancellationToken), CultureInfo.InvariantCulture);

    /// <summary>Waits until the platform holds what the exchanges have made, which by then make no more.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        foreach (var venue in Venues.All) venue.Hold();
        await UntilAsync(
            async () =>
            {
                foreach (var venue in Venues.All)
                {
                    if (!await HasAllAsync(venue.Exchange, venue.Ledger.Trades.Count, cancellationToken)) return false;
                }

                return (await ConnectorsAsync(cancellationToken)).All(connector => connector.OpenGaps == 0);
            },
            "all trades",
            cancellationToken,
            mayExpire: true);
    }

    /// <summary>Ends the silo in order.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await DropClientAsync();
        await Silo.TerminateAsync();
        var code = await Silo.WaitAsync(Limit, cancellationToken);
        if (code != 0) throw new InvalidOperationException($"the silo ended with {code}; it printed:\n{Silo.Output}");
    }

    public async Task KillAsync(CancellationToken cancellationToken)
    {
        await DropClientAsync();
        Silo.Kill();
        await Silo.WaitAsync(Limit, cancellationToken);
    }

    public async Task UntilAsync(Func<Task<bool>> condition, string what, CancellationToken cancellationToken, bool mayExpire = false)
    {
        var start = _time.GetTimestamp();
        string last = "";
        while (true)
        {
            try
            {
                if (await condition()) return;
            }
            catch (Exception away) when (away is HttpRequestException or K2ClientException or InvalidOperationException or IOException or System.Text.Json.JsonException)
            {
                last = away.Message;
            }

            if (Silo.HasExited) throw new InvalidOperationException($"the silo ended; it printed:\n{Silo.Output}");
            if (_time.GetElapsedTime(start) > Limit)
            {
                if (mayExpire) return;
                throw new TimeoutException($"{what}: not within {Limit.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s ({last}); the silo printed:\n{Silo.Output}");
            }

            await Task.Delay(Poll, _time, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await DropClientAsync();
        _silo?.Dispose();
        _http.Dispose();
        await Venues.DisposeAsync();
    }

    private SiloEndpoints Endpoints() => SiloEndpoints.FromJson(File.ReadAllText(Path.Combine(_folder, SiloEndpoints.FileName)));

    private async ValueTask DropClientAsync()
    {
        if (_client is not null) await _client.DisposeAsync();
        _client = null;
    }
}
