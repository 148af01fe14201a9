using System.Diagnostics;
using System.Globalization;

namespace K2.Cli.Bench;

/// <summary>Signals that .NET cannot send.</summary>
internal static class ProcessSignal
{
    /// <summary>Sends a signal by its name without SIG: STOP leaves a process as it is, CONT lets it go on.</summary>
    public static async Task SendAsync(int processId, string name)
    {
        using var kill = Process.Start("kill", ["-" + name, processId.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }
}
