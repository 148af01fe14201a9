using System.Diagnostics;
using System.Globalization;
using K2.Cli.Rig;
using K2.EndToEnd.Tests.Running;

namespace K2.EndToEnd.Tests;

/// <summary>The clock that <c>k2 bench failures</c> lets jump: a process that lives by it sees each jump while it runs.</summary>
public sealed class SkewedClockTests
{
    [Fact]
    public async Task ClockJumpsAheadAndBack_ProcessThatRuns_SeesIt()
    {
        using var folder = new TemporaryFolder();
        var clock = SkewedClock.TryCreate(folder.Path);
        Assert.SkipWhen(clock is null, "a clock that jumps needs Linux and the C compiler cc");
        var start = new ProcessStartInfo("bash", ["-c", "while read -r line; do printf '%(%s)T\\n' -1; done"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var (name, value) in clock!.Environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;

        foreach (var hours in (int[])[0, 5, -5, 0])
        {
            clock.Set(TimeSpan.FromHours(hours));
            await process.StandardInput.WriteLineAsync("what time is it");
            await process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
            var seen = DateTimeOffset.FromUnixTimeSeconds(long.Parse((await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!, CultureInfo.InvariantCulture));

            Assert.Equal(hours, Math.Round((seen - TimeProvider.System.GetUtcNow()).TotalHours));
        }

        process.StandardInput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
    }
}
