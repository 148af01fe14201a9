using K2.Domain;
using K2.Simulator.Replay;

namespace K2.Exchanges.Tests;

internal sealed class ReplayOrigins(ReplayServer server) : IFrameOrigins
{
    public bool TryTake(string connectionId, out FrameOrigin origin)
    {
        var found = server.TryTakeOrigin(connectionId, out var capture, out var line, out var receivedNs);
        origin = new FrameOrigin(capture, line, Timestamp.FromNanoseconds(receivedNs));
        return found;
    }
}
