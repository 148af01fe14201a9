namespace K2.Abstractions;

/// <summary>The process cannot start as asked: a bad option, file, port or folder. Hosts print the message as one line and exit with code 2.</summary>
public sealed class StartupException(string message, Exception? inner = null) : K2Exception(message, false, inner)
{
    /// <summary>Whether a service that the process needs does not answer: the same start may succeed soon, and hosts try it again for a while.</summary>
    public bool IsAway { get; init; }
}
