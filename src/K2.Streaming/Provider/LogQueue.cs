using Orleans.Streams;

namespace K2.Streaming.Provider;

/// <summary>The queue that stands for one partition of a topic.</summary>
internal sealed record LogQueue(QueueId Id, string Topic, int Partition);
