using System.Globalization;
using K2.Abstractions;

namespace K2.Silo;

/// <summary>
/// Lets a start wait for services that are away, all of them together up to a limit: after a power cut, or where no orchestrator orders the starts, they come up in any order. A mistake is
/// never waited for.
/// </summary>
/// <param name="limit">From the start of the process.</param>
/// <param name="errors">Is told once for each service.</param>
/// <param name="time">Clock and pauses.</param>
internal sealed class StartupWait(TimeSpan limit, TextWriter errors, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly long _started = time.GetTimestamp();

    /// <summary>Returns what the start of a part returns, which is tried again while what it needs is away.</summary>
    /// <exception cref="StartupException">It is still away when the limit has passed, or the start has another problem.</exception>
    public async Task<T> ForAsync<T>(Func<Task<T>> start, CancellationToken cancellationToken)
    {
        var isTold = false;
        while (true)
        {
            try
            {
                return await start();
            }
            catch (StartupException away) when (away.IsAway && time.GetElapsedTime(_started) < limit)
            {
                if (!isTold) await errors.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"k2: waits up to {limit.TotalSeconds:0} s: {away.Message}"));
                isTold = true;
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }
}
