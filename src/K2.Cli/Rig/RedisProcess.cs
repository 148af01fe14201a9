using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using K2.Abstractions.Diagnostics;

namespace K2.Cli.Rig;

/// <summary>Debian's Redis on a port of 127.0.0.1; with a folder it keeps what it knows there, as the one of docker-compose.yml does.</summary>
internal sealed class RedisProcess : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);
    private readonly Process _process;

    private RedisProcess(Process process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    public int Id => _process.Id;

    /// <summary>Whether this machine has Redis.</summary>
    public static bool IsInstalled => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, "redis-server")));

    /// <summary>Starts it and returns when it answers.</summary>
    /// <exception cref="InvalidOperationException">It is not installed or does not start.</exception>
    public static async Task<RedisProcess> StartAsync(TimeProvider time, CancellationToken cancellationToken, int port = 0, string? folder = null)
    {
        if (!IsInstalled) throw new InvalidOperationException("no redis-server on the PATH: apt-get install redis-server");
        if (port == 0) port = FreePort.Find();

        // In a session of its own: Ctrl-C in a terminal is not for it, silos leave the membership before it ends. Its protected mode refuses who comes to 127.0.0.1 from a network namespace.
        var start = new ProcessStartInfo("setsid") { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in (string[])["redis-server", "--bind", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture), "--save", "", "--protected-mode", "no", "--appendonly", folder is null ? "no" : "yes", "--dir", folder ?? Path.GetTempPath()]) start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var redis = new RedisProcess(process, port);
        var started = time.GetTimestamp();
        while (!await AnswersAsync(port, cancellationToken))
        {
            if (process.HasExited || time.GetElapsedTime(started) > StartLimit)
            {
                redis.Dispose();
                throw new InvalidOperationException("redis-server does not start");
            }

            await Task.Delay(Poll, time, cancellationToken);
        }

        return redis;
    }

    /// <summary>SIGKILL.</summary>
    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static async Task<bool> AnswersAsync(int port, CancellationToken cancellationToken)
    {
        try
        {
            using var connection = new TcpClient();
            await connection.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
