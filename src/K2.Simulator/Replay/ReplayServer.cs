using K2.Domain.Instruments;
using K2.Simulator.Captures;
using K2.Simulator.WebSockets;
using Microsoft.AspNetCore.Http;

namespace K2.Simulator.Replay;

/// <summary>
/// Plays captures of one exchange through a WebSocket server on a free port of 127.0.0.1 that speaks the exchange's protocol, so that a replay
/// takes the same way as live trades. With its first subscription a connection begins to get the captures' frames, in their order: on Binance
/// those of the streams it subscribed to and of no known stream, on Coinbase those of the channels of trades, on Kraken all. What is subscribed
/// to later joins where the replay then is, so a client should ask for all in one request.
/// </summary>
public sealed class ReplayServer : IAsyncDisposable
{
    private const string ConnectionHeader = "X-K2-Connection";

    // Captures up to this size are checked as a whole before the start, of longer ones the beginning.
    private const long CheckedBytes = 64 * 1024 * 1024;

    private readonly ReplaySession _session;
    private readonly LoopbackServer _server;

    private ReplayServer(ReplaySession session, LoopbackServer server, IReadOnlySet<string> streams)
    {
        _session = session;
        _server = server;
        Streams = streams;
        Endpoint = session.Options.Exchange == Exchange.Binance ? new Uri(server.Address, BinanceReplay.Path) : server.Address;
    }

    /// <summary>The address to connect to. For Binance that of the combined streams; <c>/ws</c> on the same port serves bare ones.</summary>
    public Uri Endpoint { get; }

    /// <summary>Streams of Binance that occur in the captures, as far as they were checked at the start. Tells why a client that asks for others gets nothing.</summary>
    public IReadOnlySet<string> Streams { get; }

    /// <summary>Frames sent, over all connections; the server's answers do not count.</summary>
    public long FramesSent => _session.FramesSent;

    /// <summary>Frames passed over because their stream was not subscribed, over all connections.</summary>
    public long FramesSkipped => _session.FramesSkipped;

    /// <summary>
    /// Ends when all frames of all captures were sent to one connection with subscriptions; that connection then stays open and quiet. Faults
    /// with <see cref="InvalidDataException"/> if a capture turns out to be damaged on the way.
    /// </summary>
    public Task Completed => _session.Completed;

    /// <summary>
    /// Ends when, behind <see cref="Completed"/>, the client has asked for the origin of every message of such a connection, so that it has
    /// received them all. Never ends for clients that give no connection id.
    /// </summary>
    public Task Taken => _session.Taken;

    internal long PongsReceived => _session.PongsReceived;

    /// <summary>Checks the captures and starts a server.</summary>
    /// <exception cref="FileNotFoundException">A capture does not exist.</exception>
    /// <exception cref="InvalidDataException">A capture is unreadable, empty or damaged, or two have the same name; one line with file and line.</exception>
    /// <exception cref="ArgumentException">There is nothing to play, the exchange is none that can be played, or captures of another one than Binance are to be repeated.</exception>
    public static async Task<ReplayServer> StartAsync(ReplayOptions options, CancellationToken cancellationToken)
    {
        if (options.Captures.Count + options.Sources.Count == 0) throw new ArgumentException("nothing to play: name a capture", nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Repeat, 1);
        if (options.Exchange is not (Exchange.Binance or Exchange.Kraken or Exchange.Coinbase)) throw new ArgumentException($"captures of {options.Exchange} cannot be played", nameof(options));
        if (options.Repeat > 1 && options.Exchange != Exchange.Binance) throw new ArgumentException($"captures of {options.Exchange.ToName()} are played once: only Binance's ids and times can be shifted", nameof(options));

        var streams = new HashSet<string>(StringComparer.Ordinal);
        var sources = new List<IFrameSource>();
        foreach (var path in options.Captures)
        {
            var source = new CaptureFileSource(path);
            await CaptureCheck.RunAsync(source, CheckedBytes, streams, cancellationToken);
            sources.Add(options.Repeat == 1 ? source : await RepeatedSource.CreateAsync(source, options.Repeat, cancellationToken));
        }

        sources.AddRange(options.Sources);
        if (sources.GroupBy(s => s.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new InvalidDataException($"two captures are named {twice.Key}; their frames could not be told apart");

        var session = new ReplaySession(options, sources);
        var server = await LoopbackServer.StartAsync(context => ServeAsync(session, context), cancellationToken);
        return new ReplayServer(session, server, streams);
    }

    /// <summary>
    /// Returns where the next message that the connection receives came from. To be called once for each message, in order.
    /// </summary>
    /// <param name="connectionId">What the client gave in the request header <c>X-K2-Connection</c>.</param>
    /// <param name="capture">The capture's file name; empty for an answer of the server.</param>
    /// <param name="line">The line in the capture, from 1; 0 for an answer of the server.</param>
    /// <param name="receivedNs">The recorder's time of receipt in nanoseconds since the Unix epoch.</param>
    /// <returns>False if the connection is unknown or nothing more was sent.</returns>
    public bool TryTakeOrigin(string connectionId, out string capture, out long line, out long receivedNs)
    {
        var found = _session.Origins.TryTake(connectionId, out var origin);
        (capture, line, receivedNs) = (origin.Capture ?? "", origin.Line, origin.ReceivedNs);
        return found;
    }

    /// <summary>Cuts all connections as a network fault would.</summary>
    public void DropConnections() => _session.DropConnections();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _session.Stop();
        await _server.DisposeAsync();
        _session.Dispose();
    }

    private static async Task ServeAsync(ReplaySession session, HttpContext context)
    {
        IReplayProtocol? protocol = session.Options.Exchange switch
        {
            Exchange.Kraken => new KrakenReplay(),
            Exchange.Coinbase => new CoinbaseReplay(),
            _ => BinanceReplay.Open(context.Request, session.Options.KnownSymbols),
        };
        if (protocol is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (await ServerWebSocket.AcceptAsync(context) is { } socket) await session.ServeAsync(socket, protocol, context.Request.Headers[ConnectionHeader].ToString());
    }
}
