using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace K2.Cli.Bench;

/// <summary>A silo in a process of its own, with free ports, that can be killed.</summary>
internal sealed class SiloProcess : IDisposable
{
    // A silo that runs for hours must not fill the memory of who watches it.
    private const int MostOutput = 4 << 20;
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private volatile bool _isReady;

    private SiloProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Whether it has told its addresses.</summary>
    public bool IsReady => _isReady;

    /// <summary>What it printed so far, both streams; of very much the last part.</summary>
    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    public bool HasExited => _process.HasExited;

    public int Id => _process.Id;

    /// <summary>Process id of the engine's child, or null if there is none now.</summary>
    public int? EngineId
    {
        get
        {
            using var engine = FindEngine();
            return engine?.Id;
        }
    }

    /// <summary>Starts the silo; ports are free ones unless the arguments name them.</summary>
    /// <param name="assembly">The silo's assembly.</param>
    /// <param name="arguments">Its command line.</param>
    /// <param name="probeFile">Where it writes the step it is in, or null.</param>
    /// <param name="environment">Variables beside this process's own.</param>
    /// <param name="launcher">A command that becomes the one that follows it, such as <c>ip netns exec NAME</c>; none by default.</param>
    public static SiloProcess Start(string assembly, IReadOnlyList<string> arguments, string? probeFile = null, IReadOnlyDictionary<string, string>? environment = null, IReadOnlyList<string>? launcher = null)
    {
        string[] command = [.. launcher ?? [], "dotnet", "exec"];
        var start = new ProcessStartInfo(command[0]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var part in command.Skip(1)) start.ArgumentList.Add(part);
        start.ArgumentList.Add(assembly);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        if (!arguments.Contains("--urls")) Add("--urls", "http://127.0.0.1:0");
        if (!arguments.Contains("--clickhouse-port")) Add("--clickhouse-port", "0");
        if (probeFile is not null) start.Environment["K2__Diagnostics__ProbeFile"] = probeFile;

        // The export at the end of a replay is not what most runs are about; who wants it says so.
        if (arguments.Contains("--exit-at-end")) start.Environment["K2__Cold__Enabled"] = "false";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        return new SiloProcess(Process.Start(start)!);

        void Add(string option, string value)
        {
            start.ArgumentList.Add(option);
            start.ArgumentList.Add(value);
        }
    }

    /// <summary>Waits for the end and returns the exit code.</summary>
    public async Task<int> WaitAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(limit);
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"the silo had not ended after {limit.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s; it printed:\n{Output}");
        }

        return _process.ExitCode;
    }

    /// <summary>SIGKILL.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Sends SIGTERM, as an operator or an init system does.</summary>
    public async Task TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Sends SIGKILL to the engine's child process; false if there is none now.</summary>
    public bool KillEngine()
    {
        using var engine = FindEngine();
        engine?.Kill();
        return engine is not null;
    }

    /// <summary>Resident memory of the silo and of its engine, in bytes.</summary>
    public (long Silo, long Engine) Memory()
    {
        _process.Refresh();
        using var engine = FindEngine();
        return (_process.WorkingSet64, engine?.WorkingSet64 ?? 0);
    }

    /// <summary>Processor time of the silo and of its engine.</summary>
    public (TimeSpan Silo, TimeSpan Engine) Processor()
    {
        using var engine = FindEngine();
        return (_process.TotalProcessorTime, engine?.TotalProcessorTime ?? TimeSpan.Zero);
    }

    private Process? FindEngine()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id)) continue;
            try
            {
                var status = File.ReadAllText(Path.Combine(folder, "stat"));
                var parent = status[(status.LastIndexOf(')') + 2)..].Split(' ')[1];
                if (parent == _process.Id.ToString(CultureInfo.InvariantCulture)) return Process.GetProcessById(id);
            }
            catch (Exception gone) when (gone is IOException or ArgumentException or InvalidOperationException or UnauthorizedAccessException)
            {
                // The process ended while its entry was read.
            }
        }

        return null;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        if (line.Contains("ready in", StringComparison.Ordinal)) _isReady = true;
        lock (_output)
        {
            _output.AppendLine(line);
            if (_output.Length > MostOutput) _output.Remove(0, MostOutput / 2);
        }
    }
}
