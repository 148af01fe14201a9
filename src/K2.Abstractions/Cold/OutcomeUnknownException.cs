namespace K2.Abstractions.Cold;

/// <summary>A conditional put may have been done, or may still be done by a store that answers late. Nothing may be deleted or concluded before the key was looked at.</summary>
/// <param name="key">The object's key.</param>
/// <param name="inner">What went wrong.</param>
public sealed class OutcomeUnknownException(string key, Exception? inner = null)
    : ObjectStoreException($"whether {key} was written is not known: {inner?.Message ?? "no answer"}", true, inner)
{
    /// <summary>The object's key.</summary>
    public string Key { get; } = key;
}
