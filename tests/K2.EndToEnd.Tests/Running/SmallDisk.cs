using System.Diagnostics;
using System.Globalization;

namespace K2.EndToEnd.Tests.Running;

/// <summary>A tmpfs of a few megabytes; where mounting is not permitted the test is skipped.</summary>
internal sealed class SmallDisk : IDisposable
{
    private SmallDisk(string path) => Path = path;

    public string Path { get; }

    public static SmallDisk MountOrSkip(int megabytes)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs a tmpfs");
        var path = Directory.CreateTempSubdirectory("k2-disk-").FullName;
        if (Run("mount", "-t", "tmpfs", "-o", SizeOption(megabytes), "tmpfs", path) != 0)
        {
            Directory.Delete(path);
            Assert.Skip("mounting a tmpfs is not permitted here");
        }

        return new SmallDisk(path);
    }

    /// <summary>Bytes in all.</summary>
    public long Size => new DriveInfo(Path).TotalSize;

    /// <summary>Bytes that are free.</summary>
    public long Free => new DriveInfo(Path).AvailableFreeSpace;

    /// <summary>Takes space until so much is free.</summary>
    public DiskFiller Fill(long free) => new(System.IO.Path.Combine(Path, "filler"), Free - free);

    public void Grow(int megabytes) => Assert.Equal(0, Run("mount", "-o", "remount," + SizeOption(megabytes), Path));

    public void Dispose()
    {
        Run("umount", "-l", Path);
        Directory.Delete(Path);
    }

    private static string SizeOption(int megabytes) => string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m");

    private static int Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return -1;
        }
    }
}
