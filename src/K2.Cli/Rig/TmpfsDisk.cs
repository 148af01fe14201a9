using System.Globalization;

namespace K2.Cli.Rig;

/// <summary>A disk of a few megabytes in memory, which can be filled. Needs root.</summary>
internal sealed class TmpfsDisk : IDisposable
{
    private const string Filler = "filler";

    private TmpfsDisk(string path) => Path = path;

    public string Path { get; }

    /// <summary>Bytes that are free.</summary>
    public long Free => new DriveInfo(Path).AvailableFreeSpace;

    /// <summary>Bytes in all.</summary>
    public long Size => new DriveInfo(Path).TotalSize;

    /// <summary>Mounts one in a new folder; null where this process may not.</summary>
    public static TmpfsDisk? TryMount(int megabytes)
    {
        if (!OperatingSystem.IsLinux()) return null;
        var path = Directory.CreateTempSubdirectory("k2-disk-").FullName;
        if (Shell.TryRun("mount", "-t", "tmpfs", "-o", SizeOption(megabytes), "tmpfs", path)) return new TmpfsDisk(path);
        Directory.Delete(path);
        return null;
    }

    /// <summary>Makes it larger or smaller; false if what is on it does not fit.</summary>
    public bool Resize(int megabytes) => Shell.TryRun("mount", "-o", "remount," + SizeOption(megabytes), Path);

    /// <summary>Takes all space that is left.</summary>
    public void Fill()
    {
        using var file = new FileStream(System.IO.Path.Combine(Path, Filler), FileMode.Create, FileAccess.Write, FileShare.Read, 0);
        var block = new byte[64 << 10];
        try
        {
            while (true) file.Write(block);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    /// <summary>Gives back what <see cref="Fill"/> took.</summary>
    public void Clear() => File.Delete(System.IO.Path.Combine(Path, Filler));

    public void Dispose()
    {
        Shell.TryRun("umount", "-l", Path);
        Directory.Delete(Path);
    }

    private static string SizeOption(int megabytes) => string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m");
}
