using System.Diagnostics;

namespace K2.Engine;

/// <summary>
/// The parent owns this process's life: it ends in order when its standard input ends, which also happens when the parent is killed. Signals that a
/// terminal or a service manager sends to the whole group are left to the parent, which drains before it lets the engine go.
/// </summary>
internal static class ParentWatch
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Calls back once when the parent has let go or is gone; ends the process by force if that has not ended it in time.</summary>
    public static void Start(Action parentGone)
    {
        var watch = new Thread(() =>
        {
            try
            {
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

            parentGone();
            Thread.CurrentThread.Join(Patience);
            Process.GetCurrentProcess().Kill();
        })
        { IsBackground = true, Name = "parent watch" };
        watch.Start();
    }
}
