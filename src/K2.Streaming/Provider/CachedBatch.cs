namespace K2.Streaming.Provider;

/// <summary>A container in a queue's cache.</summary>
internal sealed class CachedBatch(LogBatchContainer container, CachedStream stream)
{
    public LogBatchContainer Container => container;

    public CachedStream Stream => stream;

    public bool IsDelivered { get; set; }
}
