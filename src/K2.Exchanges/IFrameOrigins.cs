namespace K2.Exchanges;

/// <summary>In a replay: knows from which capture and line each message of a connection comes.</summary>
public interface IFrameOrigins
{
    /// <summary>Returns where the next received message of the connection came from. Called once for each message, in order.</summary>
    /// <param name="connectionId">The id that the connection was opened with, in the request header <c>X-K2-Connection</c>.</param>
    /// <param name="origin">Where the message came from.</param>
    /// <returns>False if the server does not know the connection; the worker then connects again.</returns>
    bool TryTake(string connectionId, out FrameOrigin origin);
}
