using K2.Domain;
using K2.Exchanges;
using K2.Simulator.Replay;

namespace K2.Silo;

/// <summary>Tells the connector which line of a capture each message of the replay server came from, so that raw frames keep one key in every replay.</summary>
internal sealed class ReplayOrigins(ReplayServer server) : IFrameOrigins
{
    public bool TryTake(string connectionId, out FrameOrigin origin)
    {
        var taken = server.TryTakeOrigin(connectionId, out var capture, out var line, out var receivedNs);
        origin = taken ? new FrameOrigin(capture, line, Timestamp.FromNanoseconds(receivedNs)) : default;
        return taken;
    }
}
