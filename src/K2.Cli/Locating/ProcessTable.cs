using System.ComponentModel;
using System.Diagnostics;

namespace K2.Cli.Locating;

/// <summary>The processes of the operating system.</summary>
internal sealed class ProcessTable : IProcessTable
{
    public DateTimeOffset? StartOf(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return process.HasExited ? null : new DateTimeOffset(process.StartTime);
        }
        catch (ArgumentException)
        {
            return null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
        catch (Win32Exception)
        {
            // It runs but belongs to someone else: then its start is not known.
            return DateTimeOffset.MinValue;
        }
    }
}
