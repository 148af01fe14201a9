namespace K2.Contracts.Lineage;

/// <summary>Derives a symbol's rows again from the layer below, one range at a time. The key is the instrument, for example <c>binance:BTC/USDT</c>.</summary>
[Alias("k2.IRebuildGrain")]
public interface IRebuildGrain : IGrainWithStringKey
{
    /// <summary>
    /// Begins; while one runs, its progress is returned and nothing begins. A silo that dies in between has done the parts before
    /// <see cref="RebuildProgress.Reached"/>: begin again from there. Doing a part twice changes nothing.
    /// </summary>
    [Alias("Start")]
    Task<RebuildProgress> Start(RebuildRequest request);

    /// <summary>Returns how far the last one is, or null if this activation knows of none.</summary>
    [Alias("GetProgress")]
    Task<RebuildProgress?> GetProgress();
}
