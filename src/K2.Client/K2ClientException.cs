namespace K2.Client;

/// <summary>The platform could not do what was asked. The message is one sentence that says what is wrong and how to mend it.</summary>
/// <param name="message">What is wrong and how to mend it.</param>
/// <param name="isTransient">Whether the same call may succeed later.</param>
/// <param name="inner">The cause, if any.</param>
public sealed class K2ClientException(string message, bool isTransient = false, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether the same call may succeed later: the server was not reached or was busy.</summary>
    public bool IsTransient { get; } = isTransient;
}
