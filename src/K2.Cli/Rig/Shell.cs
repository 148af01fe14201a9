using System.ComponentModel;
using System.Diagnostics;

namespace K2.Cli.Rig;

/// <summary>Runs small programs of the system.</summary>
internal static class Shell
{
    /// <summary>Runs a program to its end; false if it is not there or does not end with 0.</summary>
    public static bool TryRun(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
