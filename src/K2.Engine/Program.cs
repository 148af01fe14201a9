using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using K2.Engine;
using Microsoft.AspNetCore.Server.Kestrel.Core;

var options = args.Chunk(2).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
using var stop = new CancellationTokenSource();
ParentWatch.Start(stop.Cancel);
PosixSignalRegistration[] ignored = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT }.Select(signal => PosixSignalRegistration.Create(signal, context => context.Cancel = true))];
try
{
    ThreadPool.SetMinThreads(128, 16); // Calls of the engine wait in them.
    var library = new ChdbLibrary(options["--library"]);
    ChdbLibrary.KeepSignalHandlers(options["--library"]);
    var memory = long.Parse(options["--memory"], CultureInfo.InvariantCulture);
    using var server = new EmbeddedServer(library, ["clickhouse", .. EngineCaches.Arguments(memory), $"--path={options["--path"]}", $"--max_server_memory_usage={memory}", $"--storage_configuration.disks.default.keep_free_space_bytes={options["--keep-free"]}", "--background_pool_size=2", "--logger.level=none"]);
    var disk = new DriveInfo(options["--path"]);
    await using var guard = new DiskGuard(server.Run, () => disk.AvailableFreeSpace, long.Parse(options["--keep-free"], CultureInfo.InvariantCulture), TimeProvider.System);
    using var running = new RunningQueries(server, TimeProvider.System);
    using var sessions = new SessionTable(server, TimeProvider.System);

    var builder = WebApplication.CreateSlimBuilder();
    builder.Logging.ClearProviders();
    builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
    builder.WebHost.ConfigureKestrel(kestrel =>
    {
        kestrel.Listen(IPAddress.Loopback, int.Parse(options["--port"], CultureInfo.InvariantCulture));
        // Bodies are bounded by the front, which lets inserts flow on; whoever takes or sends nothing for a minute is cut off.
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MaxRequestLineSize = FrontLimits.UrlBytes;
        kestrel.Limits.MaxRequestBufferSize = 2 * FrontLimits.UrlBytes;
        kestrel.Limits.MaxConcurrentConnections = FrontLimits.Connections;
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(1000, TimeSpan.FromMinutes(1));
        kestrel.Limits.MinResponseDataRate = new MinDataRate(1000, TimeSpan.FromMinutes(1));
        kestrel.AddServerHeader = false;
    });
    // A write ends when the socket has taken all of it: what is written last must be on its way before the connection is closed behind a broken-off answer.
    builder.WebHost.UseSockets(sockets => sockets.MaxWriteBufferSize = 2);
    await using var app = builder.Build();
    new HttpFront(server, new StatementRunner(server, running, sessions, TimeProvider.System)).Map(app);
    await app.StartAsync();
    Console.WriteLine($"ready {new Uri(app.Urls.First()).Port}");
    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    // Clients that are still there after a moment are cut off, which stops what they read; what changes tables ends.
    await app.StopAsync();
    await running.DrainAsync(TimeSpan.FromSeconds(8));
    GC.KeepAlive(ignored);
    return 0;
}
catch (Exception failure) when (failure is EngineException or IOException or DllNotFoundException or BadImageFormatException or EntryPointNotFoundException)
{
    Console.Error.WriteLine(failure.Message);
    return 2;
}
