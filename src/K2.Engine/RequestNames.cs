namespace K2.Engine;

/// <summary>Names with a meaning in ClickHouse's HTTP protocol.</summary>
internal static class RequestNames
{
    /// <summary>The header by which the platform tells its own requests from those of other clients.</summary>
    public const string PlatformHeader = "X-K2-Platform";

    /// <summary>Says that a platform's request has a long answer, which is not to be collected before it is sent.</summary>
    public const string StreamHeader = "X-K2-Stream";

    /// <summary>The setting in which a statement's id is kept, as the embedded engine chooses the ids of its queries itself.</summary>
    public const string Comment = "log_comment";

    /// <summary>Parameters that are no settings.</summary>
    public static readonly IReadOnlySet<string> Reserved = new HashSet<string>(StringComparer.Ordinal)
    {
        "query", "database", "default_format", "session_id", "session_timeout", "session_check", "close_session", "query_id", "user", "password", "quota_key", "role", "buffer_size", "wait_end_of_query", "compress", "decompress", "client_protocol_version", "stacktrace", "readonly",
        "enable_http_compression", "send_progress_in_http_headers", "http_headers_progress_interval_ms",
    };
}
