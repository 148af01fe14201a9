namespace K2.Engine;

/// <summary>Bounds what all requests together hold of their bodies.</summary>
internal sealed class CollectBudget
{
    private long _used;

    /// <summary>Takes bytes out of the budget; false if they are not there.</summary>
    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _used, bytes) <= FrontLimits.CollectedBytesOfAll) return true;
        Interlocked.Add(ref _used, -bytes);
        return false;
    }

    /// <summary>Gives bytes back.</summary>
    public void Return(long bytes) => Interlocked.Add(ref _used, -bytes);
}
