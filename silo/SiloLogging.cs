namespace K2.Silo;

/// <summary>Log lines go to standard error, so that standard output stays the status and the summary.</summary>
internal sealed class SiloLogging(ILoggerFactory factory) : IAsyncDisposable
{
    public ILoggerFactory Factory { get; } = factory;

    /// <summary>Configures the host's logging and returns a factory of the same kind for the parts that start before the host.</summary>
    public static SiloLogging Configure(WebApplicationBuilder builder)
    {
        Configure(builder.Logging);
        return new SiloLogging(LoggerFactory.Create(Configure));
    }

    public ValueTask DisposeAsync()
    {
        Factory.Dispose();
        return ValueTask.CompletedTask;
    }

    private static void Configure(ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.AddSimpleConsole(console => console.SingleLine = true);
        logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        logging.SetMinimumLevel(LogLevel.Warning);
        logging.AddFilter("K2", LogLevel.Information);

        // Orleans warns of server GC, which a laptop's one process does not want.
        logging.AddFilter("Orleans.Runtime.Silo", LogLevel.Error);

        // Its first look compares with a start that never was.
        logging.AddFilter("Orleans.Runtime.Watchdog", LogLevel.Error);

        // A start that fails is told in one line by the silo itself.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);

        // While ClickHouse is away every stream's retry would log a stack; the writer says it once.
        logging.AddFilter("Orleans.Streams", LogLevel.Error);
    }
}
