using K2.Abstractions.Diagnostics;
using K2.Cli.Bench;

namespace K2.Cli.Rig;

/// <summary>One place of a silo or an API: its folder, ports and probe, and the process that runs there now.</summary>
internal sealed class RigProcess : IDisposable
{
    private string _assembly;
    private readonly IReadOnlyList<string> _arguments;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly IReadOnlyList<string> _launcher;
    private readonly ProbeFile _probe;
    private SiloProcess? _process;
    private volatile bool _isEnding;

    public RigProcess(string name, string assembly, string folder, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, IReadOnlyList<string>? launcher = null, string? data = null)
    {
        Name = name;
        Data = data ?? Path.Combine(folder, name);
        Directory.CreateDirectory(folder);
        _assembly = assembly;
        _arguments = [.. arguments, "--data", Data];
        _environment = environment;
        _launcher = launcher ?? [];
        _probe = new ProbeFile(Path.Combine(folder, name + ".probe"));
    }

    public string Name { get; }

    /// <summary>The data folder.</summary>
    public string Data { get; }

    public bool IsRunning => _process is { HasExited: false };

    public bool IsStopped { get; private set; }

    /// <summary>Id of the process, or null where none runs.</summary>
    public int? ProcessId => _process is { HasExited: false } process ? process.Id : null;

    /// <summary>Whether the process ended without being told to.</summary>
    public bool EndedByItself => !_isEnding && _process is { HasExited: true };

    public string Output => _process?.Output ?? "";

    /// <summary>The last lines that the process before this one printed when it ended.</summary>
    public string LastWords { get; private set; } = "";

    /// <summary>Starts it, from now on with another assembly where one is given.</summary>
    public void Start(string? assembly = null)
    {
        if (assembly is not null) _assembly = assembly;
        if (EndedByItself) LastWords = Tail();
        _isEnding = false;
        _process?.Dispose();
        _probe.Reset();
        IsStopped = false;
        _process = SiloProcess.Start(_assembly, _arguments, _probe.Path, _environment, _launcher);
    }

    /// <summary>SIGKILL; returns the step that was hit.</summary>
    public async Task<ProtocolStep> KillAsync(CancellationToken cancellationToken)
    {
        if (_process is null) return ProtocolStep.Idle;
        _isEnding = true;
        var step = _probe.Held != ProtocolStep.Idle ? _probe.Held : _probe.Current;
        _process.Kill();
        await DropAsync(cancellationToken);
        return step;
    }

    /// <summary>Holds the process at a step and kills it there; where it does not come by in time it is killed wherever it is.</summary>
    public async Task<ProtocolStep> KillAtAsync(ProtocolStep step, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        _probe.Hold(step);
        var start = time.GetTimestamp();
        while (_probe.Held != step && IsRunning && time.GetElapsedTime(start) < limit) await Task.Delay(TimeSpan.FromMilliseconds(2), time, cancellationToken);
        return await KillAsync(cancellationToken);
    }

    /// <summary>Whether it has told its addresses, and so listens to signals.</summary>
    public bool HasStarted => IsRunning && _process!.IsReady;

    /// <summary>SIGTERM, and SIGKILL where that does not end it in time; true if it ended in order.</summary>
    public async Task<bool> TerminateAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        if (_process is not { } process) return true;
        _isEnding = true;
        await process.TerminateAsync();
        try
        {
            var code = await process.WaitAsync(limit, cancellationToken);
            Drop();
            return code == 0;
        }
        catch (TimeoutException)
        {
            process.Kill();
            await DropAsync(cancellationToken);
            return false;
        }
    }

    /// <summary>Stops or continues the process as it is: SIGSTOP, SIGCONT.</summary>
    public async Task SignalAsync(bool stop)
    {
        if (_process is null) return;
        IsStopped = stop;
        await ProcessSignal.SendAsync(_process.Id, stop ? "STOP" : "CONT");
    }

    /// <summary>SIGKILL to the silo's own engine; false if it has none.</summary>
    public bool KillEngine() => _process is not null && _process.KillEngine();

    public void Dispose()
    {
        _process?.Dispose();
        _probe.Dispose();
    }

    private string Tail() => string.Join(" / ", Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(3));

    private async Task DropAsync(CancellationToken cancellationToken)
    {
        await _process!.WaitAsync(TimeSpan.FromSeconds(30), cancellationToken);
        Drop();
    }

    private void Drop()
    {
        LastWords = Tail();
        _process?.Dispose();
        _process = null;
        IsStopped = false;
    }
}
