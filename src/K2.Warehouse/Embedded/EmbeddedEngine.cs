using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using K2.Abstractions;
using Microsoft.Extensions.Logging;

namespace K2.Warehouse.Embedded;

/// <summary>
/// ClickHouse in a child process on loopback. A child that dies is started again on the same port; callers see refused connections meanwhile. The
/// child dies with this process.
/// </summary>
public sealed partial class EmbeddedEngine : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan HurriedStopLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(5);
    private readonly WarehouseOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _hurry = new();
    private Process _child;
    private Task _watching = Task.CompletedTask;
    private int _port;
    private bool _isBinary;

    private EmbeddedEngine(WarehouseOptions options, TimeProvider time, ILogger logger)
    {
        _options = options;
        _time = time;
        _logger = logger;
        _port = options.Port;
        _child = null!;
    }

    /// <summary>Address of the engine's HTTP protocol.</summary>
    public Uri Url => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}"));

    /// <summary>The child's process id; another one after a restart.</summary>
    public int ProcessId => _child.Id;

    /// <summary>Starts the child and returns when it answers.</summary>
    /// <exception cref="StartupException">No engine is installed, the port is taken, or the folder is in use.</exception>
    public static async Task<EmbeddedEngine> StartAsync(WarehouseOptions options, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        var engine = new EmbeddedEngine(options, time, logger);
        Directory.CreateDirectory(options.DataFolder);
        engine._child = await engine.LaunchAsync(cancellationToken);
        engine._watching = engine.WatchAsync();
        return engine;
    }

    /// <summary>Lets the child have a moment only to end in order: it may be the reason why everything else takes long. Killed at any moment it keeps what it has confirmed.</summary>
    public void Hurry()
    {
        try
        {
            _hurry.CancelAfter(HurriedStopLimit);
        }
        catch (ObjectDisposedException)
        {
            // It has ended.
        }
    }

    /// <summary>Ends the child at once, also one that is frozen; what it has confirmed it keeps.</summary>
    public void Kill()
    {
        try
        {
            // Else it would be started again.
            _stop.Cancel();
            _child.Kill();
            _child.WaitForExit(KillLimit);
        }
        catch (Exception gone) when (gone is InvalidOperationException or Win32Exception)
        {
            // It has ended, or was given up, meanwhile.
        }
    }

    /// <summary>Stops the child in order.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        if (!_child.HasExited)
        {
            _child.StandardInput.Close(); // Our own child ends in order when its input ends.
            if (_isBinary)
            {
                using var terminate = Process.Start("kill", ["-TERM", _child.Id.ToString(CultureInfo.InvariantCulture)]);
                await terminate.WaitForExitAsync();
            }

            using var limit = new CancellationTokenSource(StopLimit, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _hurry.Token);
            try
            {
                await _child.WaitForExitAsync(either.Token);
            }
            catch (OperationCanceledException)
            {
                // Gone before this returns, or the next start would find the folder taken.
                Kill();
            }
        }

        _child.Dispose();
        _stop.Dispose();
        _hurry.Dispose();
    }

    private async Task<Process> LaunchAsync(CancellationToken cancellationToken)
    {
        var (library, binary) = EngineLocator.Find(_options.Library);
        _isBinary = binary is not null;
        var start = binary is null ? LibraryChild(library!) : BinaryChild(binary);
        var child = Process.Start(start) ?? throw new StartupException("The ClickHouse engine's process could not be started.");
        var errors = child.StandardError.ReadToEndAsync(CancellationToken.None);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = new CancellationTokenSource(StartLimit, _time);
        using var registration = timer.Token.Register(limit.Cancel);
        try
        {
            if (binary is null)
            {
                var ready = await child.StandardOutput.ReadLineAsync(limit.Token);
                if (ready is null || !ready.StartsWith("ready ", StringComparison.Ordinal)) throw await RefusedAsync(child, errors);
                _port = int.Parse(ready.AsSpan(6), CultureInfo.InvariantCulture);
            }
            else
            {
                await AnswersAsync(child, errors, limit.Token);
            }
        }
        catch (OperationCanceledException)
        {
            child.Kill();
            child.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw new StartupException($"The ClickHouse engine did not answer within {StartLimit.TotalSeconds:0} s.");
        }

        return child;
    }

    private ProcessStartInfo LibraryChild(string library)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["exec", Path.Combine(AppContext.BaseDirectory, "K2.Engine.dll"), "--library", library, "--path", Path.GetFullPath(_options.DataFolder), "--port", Text(_port), "--memory", Text(_options.MemoryBytes), "--keep-free", Text(KeptFree())]) start.ArgumentList.Add(argument);
        return start;
    }

    /// <summary>A tenth of the disk where that is less: a small one could not be used at all.</summary>
    private long KeptFree() => Math.Min(_options.KeptFreeBytes, new DriveInfo(Path.GetFullPath(_options.DataFolder)).TotalSize / 10);

    private ProcessStartInfo BinaryChild(string binary)
    {
        if (_port == 0) throw new StartupException("A clickhouse binary as the engine needs a fixed --clickhouse-port.");
        var start = new ProcessStartInfo(binary) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["server", "--", $"--path={Path.GetFullPath(_options.DataFolder)}/", $"--http_port={Text(_port)}", "--listen_host=127.0.0.1", "--tcp_port=0", "--mysql_port=0", "--postgresql_port=0", "--interserver_http_port=0", $"--max_server_memory_usage={Text(_options.MemoryBytes)}", $"--storage_configuration.disks.default.keep_free_space_bytes={Text(KeptFree())}", "--logger.level=error"]) start.ArgumentList.Add(argument);
        return start;
    }

    private async Task AnswersAsync(Process child, Task<string> errors, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        while (true)
        {
            if (child.HasExited) throw await RefusedAsync(child, errors);
            try
            {
                if ((await http.GetAsync(new Uri(Url, "/ping"), cancellationToken)).IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(FirstRetry, _time, cancellationToken);
        }
    }

    private async Task<StartupException> RefusedAsync(Process child, Task<string> errors)
    {
        await child.WaitForExitAsync(CancellationToken.None);
        var text = (await errors).Trim();
        child.Dispose();
        if (text.Contains("address already in use", StringComparison.OrdinalIgnoreCase)) return new StartupException($"Port {_port} for ClickHouse is taken: stop what uses it or give another --clickhouse-port.");
        return new StartupException($"The ClickHouse engine could not open '{_options.DataFolder}': {text.Split('\n').LastOrDefault(line => line.Length > 0) ?? "it ended without a word"}");
    }

    private async Task WatchAsync()
    {
        try
        {
            while (true)
            {
                await _child.WaitForExitAsync(_stop.Token);
                LogDied(_child.Id, _child.ExitCode);
                await RestartAsync();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopped on purpose.
        }
    }

    private async Task RestartAsync()
    {
        for (var retry = FirstRetry; ; retry = retry * 2 < LastRetry ? retry * 2 : LastRetry)
        {
            await Task.Delay(retry, _time, _stop.Token);
            try
            {
                var dead = _child;
                _child = await LaunchAsync(_stop.Token);
                dead.Dispose();
                LogRestarted(_child.Id);
                return;
            }
            catch (StartupException failure)
            {
                LogRestartFailed(failure.Message);
            }
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    [LoggerMessage(EventId = 4001, Level = LogLevel.Warning, Message = "The ClickHouse engine (process {ProcessId}) ended with {ExitCode}; starting it again")]
    private partial void LogDied(int processId, int exitCode);

    [LoggerMessage(EventId = 4002, Level = LogLevel.Information, Message = "The ClickHouse engine runs again as process {ProcessId}")]
    private partial void LogRestarted(int processId);

    [LoggerMessage(EventId = 4003, Level = LogLevel.Error, Message = "The ClickHouse engine does not start: {Reason}")]
    private partial void LogRestartFailed(string reason);
}
