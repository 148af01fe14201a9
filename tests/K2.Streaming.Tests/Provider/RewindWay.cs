namespace K2.Streaming.Tests.Provider;

/// <summary>How a grain asks for a rewind before it throws.</summary>
internal enum RewindWay
{
    /// <summary>Deactivate: the next activation resumes from the position in the store.</summary>
    NewActivation = 0,

    /// <summary>Resume by a handle from the stream's subscriptions, within the activation.</summary>
    FreshHandle = 1,

    /// <summary>Resume by the handle that the activation uses.</summary>
    KeptHandle = 2,
}
