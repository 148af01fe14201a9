using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using K2.Engine;

var options = args.Chunk(2).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
ParentWatch.Start(int.Parse(options["--parent"], CultureInfo.InvariantCulture));
try
{
    var library = new ChdbLibrary(options["--library"]);
    ChdbLibrary.KeepSignalHandlers(options["--library"]);
    using var pool = new ConnectionPool(library, ["clickhouse", $"--path={options["--path"]}", $"--max_server_memory_usage={options["--memory"]}", "--background_pool_size=2", "--logger.level=none"], 4);

    var builder = WebApplication.CreateSlimBuilder();
    builder.Logging.ClearProviders();
    builder.WebHost.ConfigureKestrel(kestrel =>
    {
        kestrel.Listen(IPAddress.Loopback, int.Parse(options["--port"], CultureInfo.InvariantCulture));
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.AddServerHeader = false;
    });
    await using var app = builder.Build();
    new HttpFront(library, pool).Map(app);
    await app.StartAsync();
    Console.WriteLine($"ready {new Uri(app.Urls.First()).Port}");
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
    {
        signal.Cancel = true;
        app.Lifetime.StopApplication();
    });
    await app.WaitForShutdownAsync();
    return 0;
}
catch (Exception failure) when (failure is EngineException or IOException or DllNotFoundException or BadImageFormatException or EntryPointNotFoundException)
{
    Console.Error.WriteLine(failure.Message);
    return 2;
}
