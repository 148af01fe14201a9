namespace K2.Silo;

/// <summary>The settings below <c>K2:Cluster</c> (environment: <c>K2__Cluster__…</c>). With <see cref="Redis"/> the silo is one of several, else it is alone.</summary>
internal sealed class ClusterSettings
{
    /// <summary>Name of the section.</summary>
    public const string SectionName = "K2:Cluster";

    /// <summary>Stands for the address by which this machine reaches Redis.</summary>
    public const string AutoAddress = "auto";

    /// <summary>As <see cref="ShutdownSeconds"/>, where it is not set or not read yet.</summary>
    public static readonly TimeSpan DefaultShutdown = TimeSpan.FromSeconds(30);

    /// <summary>Address of the Redis that holds membership and reminders, as <c>host:port</c>, with the options of StackExchange.Redis behind commas.</summary>
    public string? Redis { get; set; }

    /// <summary>File whose first line is Redis' password.</summary>
    public string? RedisPasswordFile { get; set; }

    /// <summary>Environment variable that holds Redis' password.</summary>
    public string? RedisPasswordVariable { get; set; }

    /// <summary>Silos of one id find each other; <c>k2</c> by default.</summary>
    public string ClusterId { get; set; } = SiloConfiguration.ClusterId;

    /// <summary>
    /// The IP address under which the other silos and clients reach this one; loopback by default. <see cref="AutoAddress"/> takes the one by which this machine reaches
    /// Redis: what a container needs, which is given its address when it starts.
    /// </summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>Port for other silos; 11111 by default. A silo that comes back at its port replaces its predecessor at once.</summary>
    public int SiloPort { get; set; } = 11_111;

    /// <summary>Port for clients; 30000 by default.</summary>
    public int GatewayPort { get; set; } = 30_000;

    /// <summary>Seconds from the signal to the end of the process at the latest; 30 by default, 1 to 3600. Also of a process that is alone.</summary>
    public int ShutdownSeconds { get; set; } = (int)DefaultShutdown.TotalSeconds;

    /// <summary>Seconds that a start waits for Redis, ClickHouse or Kafka that do not answer; 60 by default, 0 to 3600. 0 ends at once. Also of a process that is alone.</summary>
    public int StartupSeconds { get; set; } = 60;

    /// <summary>How long another silo may take to answer a probe; 2 s by default. After three missed ones in a row it counts as dead.</summary>
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Whether each exchange has two connections in two silos, which both take every trade; off by default. It must be the same in all silos. It costs the second connection, its records in the log
    /// and its raw frames.
    /// </summary>
    public bool Pairs { get; set; }
}
