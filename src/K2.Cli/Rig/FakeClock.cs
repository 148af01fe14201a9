using System.Globalization;

namespace K2.Cli.Rig;

/// <summary>A wall clock for one process that can jump while it runs, by Debian's <c>faketime</c>; the monotonic clock stays, as at a correction by NTP.</summary>
internal sealed class FakeClock
{
    private readonly string _library;
    private readonly string _file;

    private FakeClock(string library, string file)
    {
        _library = library;
        _file = file;
    }

    /// <summary>What a process needs to live by it.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["LD_PRELOAD"] = _library,
        ["FAKETIME_TIMESTAMP_FILE"] = _file,
        ["FAKETIME_CACHE_DURATION"] = "1",
        ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
        ["FAKETIME_DONT_RESET"] = "1",
        ["NO_FAKE_STAT"] = "1",
    };

    /// <summary>Makes one whose file is in a folder; null where the library is not installed.</summary>
    public static FakeClock? TryCreate(string folder)
    {
        if (!OperatingSystem.IsLinux()) return null;
        var library = Directory.EnumerateDirectories("/usr/lib").Select(known => Path.Combine(known, "faketime", "libfaketimeMT.so.1")).FirstOrDefault(File.Exists);
        if (library is null) return null;
        Directory.CreateDirectory(folder);
        var clock = new FakeClock(library, Path.Combine(folder, "clock.txt"));
        clock.Set(TimeSpan.Zero);
        return clock;
    }

    /// <summary>Lets the clock go wrong by so much from now on, ahead or behind; it is seen within a second.</summary>
    public void Set(TimeSpan difference) => File.WriteAllText(_file, string.Create(CultureInfo.InvariantCulture, $"{(difference < TimeSpan.Zero ? '-' : '+')}{Math.Abs((long)difference.TotalSeconds)}\n"));
}
