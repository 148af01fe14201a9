using System.Globalization;
using System.Text.Json;
using K2.Domain.Instruments;
using K2.Simulator.WebSockets;
using Microsoft.AspNetCore.Http;

namespace K2.Simulator.Exchanges;

/// <summary>Answers the clients of an exchange: REST requests within its limits, and what comes over their sockets.</summary>
/// <param name="state">The exchange.</param>
/// <param name="stop">Ends all connections.</param>
internal sealed class VenueDoor(ExchangeState state, CancellationToken stop) : IVenue
{
    private readonly RequestLimits _limits = new(state.Options.Exchange, state.Options.Time);
    private long _limitsExceeded;

    /// <summary>Requests and messages beyond what the exchange allows.</summary>
    public long LimitsExceeded => Volatile.Read(ref _limitsExceeded);

    /// <inheritdoc/>
    public bool RefusesSockets => state.Faults.IsDown || state.Faults.RefusesConnections;

    /// <inheritdoc/>
    public bool IsDown => state.Faults.IsDown;

    /// <inheritdoc/>
    public string SocketPath => state.Protocol.SocketPath;

    /// <inheritdoc/>
    public async Task<RestAnswer> AskAsync(string path, IQueryCollection query, CancellationToken cancellationToken)
    {
        if (state.Faults.RestDelay > TimeSpan.Zero) await Task.Delay(state.Faults.RestDelay, state.Options.Time, cancellationToken);
        var isAllowed = _limits.Take(path, query["pair"].ToString(), out var used, out var wait);
        if (!isAllowed && state.Options.EnforcesLimits) Interlocked.Increment(ref _limitsExceeded);
        var answer = state.Faults.RestRefusal switch
        {
            FaultKind.RestTooManyRequests => state.Protocol.TooMany(false, state.Faults.RetryAfterSeconds),
            FaultKind.RestBanned => state.Protocol.TooMany(true, state.Faults.RetryAfterSeconds),
            FaultKind.RestUnavailable => new RestAnswer(StatusCodes.Status503ServiceUnavailable, []),
            _ when !isAllowed && state.Options.EnforcesLimits => state.Protocol.TooMany(false, (int)Math.Ceiling(wait.TotalSeconds)),
            _ => state.Protocol.Rest(path, query),
        };
        if (state.Options.Exchange == Exchange.Binance) answer.Headers["X-MBX-USED-WEIGHT-1M"] = used.ToString(CultureInfo.InvariantCulture);
        return answer;
    }

    /// <inheritdoc/>
    public async Task ServeAsync(IServerSocket socket, CancellationToken cancellationToken)
    {
        var connection = new SimulatedConnection(socket);
        lock (state.Gate)
        {
            state.Connections.Add(connection);
            foreach (var message in state.Protocol.Opening(connection)) connection.Send(message);
        }

        using var pings = state.Protocol.PingInterval is { } interval ? new ClientPings(state.Options.Time, interval, state.Protocol.PongTimeout, connection.Ping, connection.Cut) : null;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop, cancellationToken);
        var writing = connection.WriteAsync(end.Token);
        try
        {
            while (await socket.ReadAsync(end.Token) is { Opcode: not SocketOpcode.Close } message) Take(connection, pings, message);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or InvalidDataException or ObjectDisposedException or InvalidOperationException)
        {
            // The client is gone or speaks another language.
        }

        lock (state.Gate) state.Connections.Remove(connection);
        connection.Close();
        end.EndNow();
        await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    private void Take(SimulatedConnection connection, ClientPings? pings, ClientMessage message)
    {
        if (message.Opcode == SocketOpcode.Ping) connection.Pong(message.Payload);
        if (message.Opcode == SocketOpcode.Pong) pings?.Answered(message.Payload);
        if (state.Options.EnforcesLimits && !connection.MaySend(state.Protocol.MessagesPerSecond, state.Options.Time))
        {
            Interlocked.Increment(ref _limitsExceeded);
            connection.Cut();
            return;
        }

        if (message.Opcode is not (SocketOpcode.Text or SocketOpcode.Binary)) return;
        JsonElement request;
        try
        {
            request = JsonElement.Parse(message.Payload);
        }
        catch (JsonException)
        {
            request = JsonElement.Parse("{}"u8);
        }

        if (request.ValueKind != JsonValueKind.Object) request = JsonElement.Parse("{}"u8);

        lock (state.Gate)
        {
            foreach (var answer in state.Protocol.Answer(connection, request, state.Faults.TakeRefusal).ToList()) connection.Send(answer);
        }
    }
}
