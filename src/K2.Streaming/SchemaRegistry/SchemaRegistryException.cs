using K2.Abstractions;

namespace K2.Streaming.SchemaRegistry;

/// <summary>The schema registry refused a request, or did not answer.</summary>
/// <param name="message">What was asked, and what the registry said.</param>
/// <param name="code">The registry's error code, for example 40401 for an unknown subject or 409 for an incompatible schema; 0 without an answer.</param>
/// <param name="isTransient">Whether asking again may help.</param>
/// <param name="inner">The cause, or null.</param>
public sealed class SchemaRegistryException(string message, int code, bool isTransient, Exception? inner = null) : K2Exception(message, isTransient, inner)
{
    /// <summary>A subject that does not exist.</summary>
    public const int UnknownSubject = 40401;

    /// <summary>A version that does not exist.</summary>
    public const int UnknownVersion = 40402;

    /// <summary>A schema that does not exist.</summary>
    public const int UnknownSchema = 40403;

    /// <summary>A subject without a rule of its own.</summary>
    public const int NoRule = 40408;

    /// <summary>A schema that is none.</summary>
    public const int InvalidSchema = 42201;

    /// <summary>A schema that is not compatible with the subject's.</summary>
    public const int Incompatible = 409;

    /// <summary>The registry's error code, or 0 without an answer.</summary>
    public int Code { get; } = code;
}
