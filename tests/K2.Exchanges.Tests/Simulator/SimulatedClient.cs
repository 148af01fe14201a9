using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using K2.Simulator.Exchanges;

namespace K2.Exchanges.Tests.Simulator;

/// <summary>A plain client of a simulated exchange: a framework socket and System.Text.Json, nothing of the platform.</summary>
internal sealed class SimulatedClient : IDisposable
{
    private const int LargestMessage = 1 << 20;
    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[LargestMessage];

    public static async Task<SimulatedClient> ConnectAsync(SimulatedExchange exchange)
    {
        var client = new SimulatedClient();
        await client._socket.ConnectAsync(exchange.WebSocketEndpoint, TestContext.Current.CancellationToken);
        return client;
    }

    public void Dispose() => _socket.Dispose();

    public Task SendAsync(string message) => _socket.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);

    /// <summary>Returns the next message, or null at the connection's end.</summary>
    public async Task<string?> ReadAsync()
    {
        var length = 0;
        while (true)
        {
            var part = await _socket.ReceiveAsync(_buffer.AsMemory(length), TestContext.Current.CancellationToken);
            if (part.MessageType == WebSocketMessageType.Close) return null;
            length += part.Count;
            if (part.EndOfMessage) return Encoding.UTF8.GetString(_buffer, 0, length);
        }
    }

    /// <summary>Returns the next message that holds some words, and what came before it.</summary>
    public async Task<(string Message, IReadOnlyList<string> Before)> ReadUntilAsync(string words)
    {
        var before = new List<string>();
        while (true)
        {
            var message = await ReadAsync() ?? throw new InvalidOperationException($"the connection ended before a message with {words}");
            if (message.Contains(words, StringComparison.Ordinal)) return (message, before);
            before.Add(message);
        }
    }

    public async Task<JsonElement> ReadJsonAsync() => JsonElement.Parse((await ReadAsync())!);
}
