using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using K2.Engine;

var options = args.Chunk(2).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
using var stop = new CancellationTokenSource();
ParentWatch.Start(stop.Cancel);
PosixSignalRegistration[] ignored = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT }.Select(signal => PosixSignalRegistration.Create(signal, context => context.Cancel = true))];
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
    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    await app.StopAsync();
    GC.KeepAlive(ignored);
    return 0;
}
catch (Exception failure) when (failure is EngineException or IOException or DllNotFoundException or BadImageFormatException or EntryPointNotFoundException)
{
    Console.Error.WriteLine(failure.Message);
    return 2;
}
