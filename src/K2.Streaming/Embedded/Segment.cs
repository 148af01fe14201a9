using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace K2.Streaming.Embedded;

/// <summary>A segment file.</summary>
internal sealed class Segment(string folder, long number, long createdMicroseconds)
{
    private const string Extension = ".k2log";

    private volatile bool _deleted;

    public long Number { get; } = number;

    public long CreatedMicroseconds { get; } = createdMicroseconds;

    public string Path { get; } = PathOf(folder, number);

    /// <summary>Whether retention has taken the file away.</summary>
    public bool IsDeleted => _deleted;

    /// <summary>Durable bytes; changed only by the writer.</summary>
    public long Length { get; set; }

    /// <summary>When the last entry was written, in microseconds since the Unix epoch.</summary>
    public long ClosedMicroseconds { get; set; } = createdMicroseconds;

    public static string PathOf(string folder, long number) =>
        System.IO.Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"segment-{number:D10}{Extension}"));

    /// <summary>Returns the numbers of the segment files in a folder, ascending.</summary>
    public static List<long> Find(string folder)
    {
        var numbers = new List<long>();
        foreach (var path in Directory.EnumerateFiles(folder, "segment-*" + Extension))
        {
            var name = System.IO.Path.GetFileNameWithoutExtension(path)["segment-".Length..];
            if (long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) numbers.Add(number);
        }

        numbers.Sort();
        return numbers;
    }

    /// <summary>Opens the file for reading; null when it was deleted.</summary>
    public SafeFileHandle? TryOpen()
    {
        try
        {
            return File.OpenHandle(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (FileNotFoundException) when (_deleted)
        {
            return null;
        }
    }

    public void Delete()
    {
        _deleted = true;
        File.Delete(Path);
    }
}
