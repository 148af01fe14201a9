namespace K2.Streaming.Tests.Provider;

public interface IApplyGrain : IGrainWithStringKey
{
    /// <summary>Takes the grain's position back, as if a batch had passed it by.</summary>
    Task SetBack(long version);

    Task Deactivate();
}
