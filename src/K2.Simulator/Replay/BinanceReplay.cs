using System.Text;
using System.Text.Json;
using K2.Simulator.Binance;
using Microsoft.AspNetCore.Http;

namespace K2.Simulator.Replay;

/// <summary>
/// Binance's side of a replay. A client gets the frames of the streams that it subscribed to; on <c>/ws</c> without their wrappers, as bare
/// streams send them.
/// </summary>
internal sealed class BinanceReplay : IReplayProtocol
{
    public const string Path = "stream";

    private readonly BinanceRequests _requests = new();
    private readonly bool _isCombined;
    private readonly HashSet<byte[]>.AlternateLookup<ReadOnlySpan<byte>>? _known;

    private BinanceReplay(bool isCombined, IReadOnlySet<string>? knownSymbols)
    {
        _isCombined = isCombined;
        _known = knownSymbols?.Select(s => Encoding.UTF8.GetBytes(s.ToLowerInvariant())).ToHashSet(Utf8Comparer.Instance).GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public bool HasSubscriptions => _requests.Count > 0;

    /// <summary>Serves a request's address with the streams that it names; null if Binance has no such address.</summary>
    /// <param name="request">The request that opens the connection.</param>
    /// <param name="knownSymbols">As of <see cref="ReplayOptions.KnownSymbols"/>.</param>
    public static BinanceReplay? Open(HttpRequest request, IReadOnlySet<string>? knownSymbols)
    {
        var path = request.Path.Value ?? "";
        var isCombined = path == "/" + Path;
        if (!isCombined && path != "/ws" && !path.StartsWith("/ws/", StringComparison.Ordinal)) return null;

        var replay = new BinanceReplay(isCombined, knownSymbols);
        string[] streams = isCombined
            ? request.Query["streams"].ToString().Split('/', StringSplitOptions.RemoveEmptyEntries)
            : path.Length > 4 ? [path[4..]] : [];
        foreach (var stream in streams) replay._requests.Add(stream);
        return replay;
    }

    /// <summary>Whether a frame can only be Binance's: wrapped with its stream, or an event with its symbol.</summary>
    public static bool Recognises(JsonElement frame) =>
        frame.ValueKind == JsonValueKind.Object && ((frame.TryGetProperty("stream", out _) && frame.TryGetProperty("data", out _)) || (frame.TryGetProperty("e", out _) && frame.TryGetProperty("s", out _)));

    public IEnumerable<byte[]> Answer(ReadOnlyMemory<byte> request) => [_requests.Answer(request)];

    public bool Passes(ReadOnlySpan<byte> frame)
    {
        if (!BinanceStreamName.TryFind(frame, out var stream) || _requests.IsSubscribed(stream)) return true;
        return _known is { } known && !known.Contains(stream[..stream.IndexOf((byte)'@')]);
    }

    public ReadOnlySpan<byte> Form(ReadOnlySpan<byte> frame) => _isCombined ? frame : BinanceStreamName.Unwrap(frame);
}
