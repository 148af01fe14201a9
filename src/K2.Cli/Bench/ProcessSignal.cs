using System.Diagnostics;
using System.Globalization;

namespace K2.Cli.Bench;

/// <summary>Signals that .NET cannot send.</summary>
internal static class ProcessSignal
{
    /// <summary>SIGKILL; false where no process has the id, or none is given.</summary>
    public static bool Kill(int? processId)
    {
        if (processId is not { } id) return false;
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
            return true;
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Sends a signal by its name without SIG: STOP leaves a process as it is, CONT lets it go on.</summary>
    public static async Task SendAsync(int processId, string name)
    {
        using var kill = Process.Start("kill", ["-" + name, processId.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }
}
