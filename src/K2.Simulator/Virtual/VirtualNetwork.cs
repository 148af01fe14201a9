using System.Net;
using System.Net.WebSockets;
using K2.Simulator.Exchanges;
using K2.Simulator.Synthetic;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace K2.Simulator.Virtual;

/// <summary>
/// Leads to one simulated exchange without a port: WebSockets and HTTP requests within the process, with latencies from a seed. For one thread, that of a
/// <see cref="VirtualLoop"/>.
/// </summary>
public sealed class VirtualNetwork : HttpMessageHandler
{
    private const int MostLatencyMicroseconds = 40_000;
    private readonly IVenue _venue;
    private readonly TimeProvider _time;
    private readonly SplitMix _random;
    private readonly List<Task> _serving = [];

    /// <summary>Makes a network.</summary>
    /// <param name="exchange">Where it leads to.</param>
    /// <param name="time">Clock and timers.</param>
    /// <param name="seed">Decides the latencies.</param>
    public VirtualNetwork(SimulatedExchange exchange, VirtualTime time, ulong seed)
    {
        _venue = exchange.Venue;
        _time = time;
        _random = new SplitMix(seed);
    }

    /// <summary>Opens a WebSocket; null where the exchange refuses it.</summary>
    public async Task<WebSocket?> ConnectAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Latency(), _time, cancellationToken);
        if (_venue.RefusesSockets) return null;

        var down = new VirtualWire<VirtualFrame[]>(_time, Latency);
        var up = new VirtualWire<VirtualFrame>(_time, Latency);
        _serving.RemoveAll(task => task.IsCompletedSuccessfully);
        _serving.Add(_venue.ServeAsync(new VirtualServerSocket(down, up), CancellationToken.None));
        return new VirtualClientSocket(down, up);
    }

    /// <summary>Waits until the exchange, which was disposed of, has let all sockets go.</summary>
    public async Task EndAsync() => await Task.WhenAll(_serving);

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(Latency(), _time, cancellationToken);
            if (_venue.IsDown) return new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);

            var uri = request.RequestUri!;
            var answer = await _venue.AskAsync(uri.AbsolutePath, new QueryCollection(QueryHelpers.ParseQuery(uri.Query)), cancellationToken);
            await Task.Delay(Latency(), _time, cancellationToken);
            var response = new HttpResponseMessage((HttpStatusCode)answer.Status) { Content = new ByteArrayContent(answer.Body) };
            foreach (var (name, value) in answer.Headers) response.Headers.TryAddWithoutValidation(name, value);
            return response;
        }
        finally
        {
            // The client's own steps in between then follow at once, on this thread, instead of by way of the thread pool.
            SynchronizationContext.SetSynchronizationContext(null);
        }
    }

    private TimeSpan Latency() => TimeSpan.FromMicroseconds(_random.Below(MostLatencyMicroseconds));
}
