using Microsoft.Extensions.Logging;

namespace K2.Client;

/// <summary>How a <see cref="K2Client"/> behaves. Every default suits a normal app.</summary>
public sealed record K2ClientOptions
{
    /// <summary>The default of <see cref="RequestTimeout"/>.</summary>
    public static readonly TimeSpan DefaultRequestTimeout = TimeSpan.FromSeconds(30);

    /// <summary>The default of <see cref="WatchCapacity"/>.</summary>
    public const int DefaultWatchCapacity = 1024;

    /// <summary>Whether the connection to the Orleans gateway is made at the first last trade or watch instead of at once. Reads by REST then work without the gateway. Default: no.</summary>
    public bool ConnectGatewayOnFirstUse { get; init; }

    /// <summary>The longest a single REST request or grain call may take. Default 30 s; at least 1 ms.</summary>
    public TimeSpan RequestTimeout { get; init; } = DefaultRequestTimeout;

    /// <summary>Events that wait for a slow reader of one watch; behind that the oldest are dropped and counted. Default 1024; at least 1.</summary>
    public int WatchCapacity { get; init; } = DefaultWatchCapacity;

    /// <summary>The clock that renews watches. Default: the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where the Orleans client logs. Default: nowhere.</summary>
    public ILoggerFactory? Loggers { get; init; }
}
