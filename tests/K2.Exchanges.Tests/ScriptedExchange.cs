using System.Text;
using System.Text.Json;
using K2.Simulator.WebSockets;
using Microsoft.AspNetCore.Http;

namespace K2.Exchanges.Tests;

/// <summary>An exchange on loopback whose every connection follows a script of the test.</summary>
internal sealed class ScriptedExchange : IAsyncDisposable
{
    private readonly LoopbackServer _server;

    private ScriptedExchange(LoopbackServer server) => _server = server;

    public Uri Endpoint => new(_server.Address, "stream");

    /// <summary>Starts an exchange; the script gets each request and the connection's number from 1.</summary>
    public static async Task<ScriptedExchange> StartAsync(Func<HttpContext, int, Task> script)
    {
        var connections = 0;
        return new ScriptedExchange(await LoopbackServer.StartAsync(context => script(context, Interlocked.Increment(ref connections)), TestContext.Current.CancellationToken));
    }

    public static async Task<ServerWebSocket> AcceptAsync(HttpContext context) => (await ServerWebSocket.AcceptAsync(context))!;

    /// <summary>Reads the next request of the client and returns its method, streams and id.</summary>
    public static async Task<(string Method, string[] Streams, long Id)> RequestAsync(ServerWebSocket socket)
    {
        while (true)
        {
            var message = await socket.ReadAsync(CancellationToken.None) ?? throw new IOException("the client is gone");
            if (message.Opcode != SocketOpcode.Text) continue;

            using var json = JsonDocument.Parse(message.Payload);
            var root = json.RootElement;
            var streams = root.TryGetProperty("params", out var list) ? list.EnumerateArray().Select(s => s.GetString()!).ToArray() : [];
            return (root.GetProperty("method").GetString()!, streams, root.GetProperty("id").GetInt64());
        }
    }

    public static async Task SendAsync(ServerWebSocket socket, params string[] messages)
    {
        foreach (var message in messages) socket.Write(SocketOpcode.Text, Encoding.UTF8.GetBytes(message));
        await socket.FlushAsync(CancellationToken.None);
    }

    /// <summary>Reads the subscription and confirms it.</summary>
    public static async Task ConfirmAsync(ServerWebSocket socket)
    {
        var (_, _, id) = await RequestAsync(socket);
        await SendAsync(socket, $$"""{"result":null,"id":{{id}}}""");
    }

    /// <summary>Reads until the client is gone.</summary>
    public static async Task UntilGoneAsync(ServerWebSocket socket)
    {
        try
        {
            while (await socket.ReadAsync(CancellationToken.None) is { Opcode: not SocketOpcode.Close })
            {
            }
        }
        catch (IOException)
        {
            // Gone as well.
        }
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
