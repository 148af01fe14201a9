using K2.Cli.Rig;

namespace K2.EndToEnd.Tests.Running;

/// <summary>A tmpfs of a few megabytes; where mounting is not permitted the test is skipped.</summary>
internal sealed class SmallDisk(TmpfsDisk disk) : IDisposable
{
    public string Path => disk.Path;

    public static SmallDisk MountOrSkip(int megabytes)
    {
        var disk = TmpfsDisk.TryMount(megabytes);
        Assert.SkipWhen(disk is null, "mounting a tmpfs is not permitted here");
        return new SmallDisk(disk!);
    }

    /// <summary>Bytes in all.</summary>
    public long Size => disk.Size;

    /// <summary>Bytes that are free.</summary>
    public long Free => disk.Free;

    /// <summary>Takes space until so much is free.</summary>
    public DiskFiller Fill(long free) => new(System.IO.Path.Combine(Path, "filler"), Free - free);

    public void Grow(int megabytes) => Assert.True(disk.Resize(megabytes));

    public void Dispose() => disk.Dispose();
}
