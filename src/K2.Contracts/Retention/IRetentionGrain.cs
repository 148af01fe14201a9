using Orleans.Concurrency;

namespace K2.Contracts.Retention;

/// <summary>Drops old partitions that the cold tier holds, every hour; one in a cluster. The key is <see cref="Key"/>.</summary>
[Alias("k2.IRetentionGrain")]
public interface IRetentionGrain : IGrainWithStringKey
{
    /// <summary>The key of the only one.</summary>
    const string Key = "retention";

    /// <summary>Runs now.</summary>
    [Alias("Run"), ResponseTimeout("00:05:00")]
    Task<RetentionReport> Run();

    /// <summary>Returns what the latest run did since the grain was activated, or null.</summary>
    [Alias("GetLatest"), AlwaysInterleave]
    Task<RetentionReport?> GetLatest();

    /// <summary>Sees to it that it runs every hour.</summary>
    [Alias("Schedule")]
    Task Schedule();
}
