namespace K2.Abstractions;

/// <summary>
/// A broken promise that the platform knows how to name. Its message is one sentence that says what is wrong and how to mend it.
/// </summary>
/// <param name="message">What is wrong and how to mend it.</param>
/// <param name="isTransient">Whether the same call may succeed later.</param>
/// <param name="inner">The cause, if any.</param>
public class K2Exception(string message, bool isTransient = false, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether the same call may succeed later.</summary>
    public bool IsTransient { get; } = isTransient;
}
