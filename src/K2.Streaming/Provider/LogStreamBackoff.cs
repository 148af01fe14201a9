using Orleans.Runtime.Providers;

namespace K2.Streaming.Provider;

/// <summary>Pauses that double from the shortest to the longest.</summary>
internal sealed class LogStreamBackoff(TimeSpan shortest, TimeSpan longest) : IMessageDeliveryBackoffProvider, IQueueReaderBackoffProvider
{
    public TimeSpan Next(int attempt)
    {
        var pause = shortest * Math.Pow(2, Math.Clamp(attempt, 0, 30));
        return pause < longest ? pause : longest;
    }
}
