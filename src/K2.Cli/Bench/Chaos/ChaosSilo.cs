using K2.Abstractions.Diagnostics;

namespace K2.Cli.Bench.Chaos;

/// <summary>One place of a silo: its folder, ports and probe, and the process that runs there now.</summary>
internal sealed class ChaosSilo : IDisposable
{
    private readonly string _assembly;
    private readonly IReadOnlyList<string> _arguments;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly ProbeFile _probe;
    private SiloProcess? _process;

    public ChaosSilo(string name, string assembly, string folder, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        Name = name;
        Data = Path.Combine(folder, name);
        Directory.CreateDirectory(folder);
        _assembly = assembly;
        _arguments = [.. arguments, "--data", Data];
        _environment = environment;
        _probe = new ProbeFile(Data + ".probe");
    }

    public string Name { get; }

    /// <summary>The data folder.</summary>
    public string Data { get; }

    public bool IsRunning => _process is { HasExited: false };

    public bool IsStopped { get; private set; }

    /// <summary>Whether the process ended without being told to.</summary>
    public bool EndedByItself => _process is { HasExited: true };

    public string Output => _process?.Output ?? "";

    public void Start()
    {
        _process?.Dispose();
        _probe.Reset();
        IsStopped = false;
        _process = SiloProcess.Start(_assembly, _arguments, _probe.Path, _environment);
    }

    /// <summary>SIGKILL; returns the step that was hit.</summary>
    public async Task<ProtocolStep> KillAsync(CancellationToken cancellationToken)
    {
        if (_process is null) return ProtocolStep.Idle;
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
    public bool HasStarted => IsRunning && Output.Contains("ready in", StringComparison.Ordinal);

    /// <summary>SIGTERM, and SIGKILL where that does not end it in time; true if it ended in order.</summary>
    public async Task<bool> TerminateAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        if (_process is not { } process) return true;
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

    private async Task DropAsync(CancellationToken cancellationToken)
    {
        await _process!.WaitAsync(TimeSpan.FromSeconds(30), cancellationToken);
        Drop();
    }

    private void Drop()
    {
        _process?.Dispose();
        _process = null;
        IsStopped = false;
    }
}
