namespace K2.Cli.Rig;

/// <summary>
/// A wall clock for one process that can jump while it runs; the monotonic clock stays, as where NTP sets the time. A library of a page of C, compiled when it is needed, is put before libc's.
/// </summary>
internal sealed class SkewedClock
{
    private const string Source = "skewed_clock.c";
    private readonly string _library;
    private readonly string _file;

    private SkewedClock(string library, string file)
    {
        _library = library;
        _file = file;
    }

    /// <summary>What a process needs to live by it.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string> { ["LD_PRELOAD"] = _library, ["K2_SKEWED_CLOCK"] = _file };

    /// <summary>Makes one that is right so far, with its files in a folder; null where there is no Linux or no C compiler.</summary>
    public static SkewedClock? TryCreate(string folder)
    {
        if (!OperatingSystem.IsLinux()) return null;
        Directory.CreateDirectory(folder);
        var source = Path.Combine(folder, Source);
        using (var from = typeof(SkewedClock).Assembly.GetManifestResourceStream(Source)!)
        using (var to = File.Create(source))
        {
            from.CopyTo(to);
        }

        var clock = new SkewedClock(Path.Combine(folder, "skewed_clock.so"), Path.Combine(folder, "skew"));
        if (!Shell.TryRun("cc", "-std=c11", "-O2", "-shared", "-fPIC", "-o", clock._library, source)) return null;
        clock.Set(TimeSpan.Zero);
        return clock;
    }

    /// <summary>Lets the clock be wrong by so much from now on, ahead or behind.</summary>
    public void Set(TimeSpan difference)
    {
        // In place, at once: the process has the file mapped, and a file that were truncated for a moment would be a bus error there.
        using var file = File.OpenHandle(_file, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.Write(file, BitConverter.GetBytes(difference.Ticks * TimeSpan.NanosecondsPerTick), 0);
    }
}
