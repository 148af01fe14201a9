using System.Diagnostics;
using System.Globalization;
using K2.Abstractions.Log;
using K2.Domain.Log;

namespace K2.Streaming.Tests.Embedded;

public sealed class CrashTests
{
    [Fact]
    public async Task KillNine_InTheMiddleOfAppends_LosesNothingAcknowledged()
    {
        using var folder = new TemporaryFolder();
        var acknowledged = new Dictionary<(int Writer, int Number), long>();
        var random = new Random(9);
        for (var round = 0; round < 3; round++)
        {
            await RunAndKillAsync(folder.Path, round * 1_000_000, random.Next(200, 600), acknowledged);
            await VerifyAsync(folder.Path, acknowledged);
        }
    }

    private static async Task RunAndKillAsync(string folder, int start, int appends, Dictionary<(int Writer, int Number), long> acknowledged)
    {
        var program = Path.ChangeExtension(typeof(CrashTests).Assembly.Location, null);
        using var child = new Process
        {
            StartInfo = new ProcessStartInfo(OperatingSystem.IsWindows() ? program + ".exe" : program)
            {
                RedirectStandardOutput = true,
                Environment = { [CrashChild.Variable] = folder, [CrashChild.Variable + "_START"] = start.ToString(CultureInfo.InvariantCulture) },
            },
        };
        Assert.True(child.Start());
        var seen = 0;
        while (await child.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            // A line cut by the kill is no acknowledgement that was seen; a whole one read after it is.
            var parts = line.Split(' ');
            if (parts is ["ack", _, _, _] && long.TryParse(parts[3], CultureInfo.InvariantCulture, out var version))
                acknowledged[(int.Parse(parts[1], CultureInfo.InvariantCulture), int.Parse(parts[2], CultureInfo.InvariantCulture))] = version;
            if (++seen == appends) child.Kill();
        }

        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(seen >= appends, $"the child ended by itself after {seen} appends with code {child.ExitCode}");
    }

    private static async Task VerifyAsync(string folder, Dictionary<(int Writer, int Number), long> acknowledged)
    {
        await using var log = await CrashChild.OpenAsync(folder);
        var found = new Dictionary<(int Writer, int Number), LogEntry>();
        for (var p = 0; p < 2; p++)
        {
            Assert.True(await log.CommittedAsync("t", p, CancellationToken.None) <= await log.EndAsync("t", p, CancellationToken.None));
            await using var reader = log.OpenReader("t", p, LogPosition.None);
            LogEntry? before = null;
            while (await reader.ReadAsync(1 << 20, TimeSpan.Zero, CancellationToken.None) is { Count: > 0 } entries)
            {
                foreach (var entry in entries)
                {
                    if (before is not null && before.First.Epoch == entry.First.Epoch) Assert.Equal(before.Next, entry.First);
                    var key = (BitConverter.ToInt32(entry.Payload), BitConverter.ToInt32(entry.Payload, 4));
                    Assert.Equal(CrashChild.Payload(key.Item1, key.Item2), entry.Payload);
                    Assert.True(found.TryAdd(key, entry), $"{key} is in the log twice");
                    before = entry;
                }
            }
        }

        foreach (var (key, version) in acknowledged)
        {
            Assert.True(found.TryGetValue(key, out var entry), $"{key} was acknowledged at {new LogPosition(version)} and is missing");
            Assert.Equal(version, entry.First.Version);
        }
    }
}
