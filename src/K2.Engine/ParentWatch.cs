using System.Diagnostics;

namespace K2.Engine;

/// <summary>Ends this process when its parent is gone, also after a SIGKILL of the parent.</summary>
internal static class ParentWatch
{
    public static void Start(int parent)
    {
        var watch = new Thread(() =>
        {
            try
            {
                // Standard input is a pipe whose other end only the parent holds: it ends with the parent.
                var input = Console.OpenStandardInput();
                var buffer = new byte[16];
                while (input.Read(buffer) > 0)
                {
                }
            }
            catch (IOException)
            {
                // The pipe broke: the parent is gone as well.
            }

            Process.GetCurrentProcess().Kill();
        })
        { IsBackground = true, Name = $"watch of parent {parent}" };
        watch.Start();
    }
}
