using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace K2.Simulator.Exchanges;

/// <summary>How an exchange speaks: what it sends, and what it answers on its WebSocket and its REST API.</summary>
internal abstract class ExchangeProtocol(Market market, TimeProvider time)
{
    protected Market Market => market;

    protected TimeProvider Time => time;

    /// <summary>The WebSocket's path.</summary>
    public abstract string SocketPath { get; }

    /// <summary>Messages that a client may send in a second, pings and pongs counted.</summary>
    public abstract int MessagesPerSecond { get; }

    /// <summary>Time between the server's pings, or null where it sends none.</summary>
    public virtual TimeSpan? PingInterval => null;

    /// <summary>Time that a ping may go without its pong before the server cuts the connection.</summary>
    public virtual TimeSpan PongTimeout => TimeSpan.FromSeconds(60);

    /// <summary>Whether heartbeats go to a connection.</summary>
    public abstract byte[]? Heartbeat(SimulatedConnection connection);

    /// <summary>What a new connection gets at once.</summary>
    public virtual IEnumerable<byte[]> Opening(SimulatedConnection connection) => [];

    /// <summary>Answers a request; refuses a subscription if told to.</summary>
    public abstract IEnumerable<byte[]> Answer(SimulatedConnection connection, JsonElement request, Func<bool> refuses);

    /// <summary>Returns messages with trades, all of subscribed instruments.</summary>
    public abstract IEnumerable<byte[]> Messages(SimulatedConnection connection, IReadOnlyList<LedgerTrade> trades);

    /// <summary>Returns the message that announces the end of the connection, or null.</summary>
    public virtual byte[]? Shutdown() => null;

    /// <summary>Answers a REST request.</summary>
    public abstract RestAnswer Rest(string path, IQueryCollection query);

    /// <summary>Returns the answer to too many requests.</summary>
    public abstract RestAnswer TooMany(bool banned, int retryAfterSeconds);

    protected static RestAnswer NotFound() => new(StatusCodes.Status404NotFound, "{}"u8.ToArray());

    protected static int Count(IQueryCollection query, string name, int most) =>
        int.TryParse(query[name], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var count) && count >= 1 ? Math.Min(count, most) : most;
}
