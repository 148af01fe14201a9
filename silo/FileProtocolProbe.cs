using System.IO.MemoryMappedFiles;
using K2.Abstractions.Diagnostics;

namespace K2.Silo;

/// <summary>
/// Tells a crash test, through a shared file, which step of the exactly-once path this process is in, and holds the step that the test names,
/// so that a SIGKILL hits it for sure. Only active where <c>K2__Diagnostics__ProbeFile</c> names the file: 16 int64 words, little endian:
/// word 0 the latest step, word 1 the step to hold (0 none), word 2 the step held now, words 4 + step the count of each step.
/// </summary>
public sealed class FileProtocolProbe : IProtocolProbe, IDisposable
{
    /// <summary>Bytes of the shared file.</summary>
    public const int Size = 16 * sizeof(long);

    private const int HoldWord = 1;
    private const int HeldWord = 2;
    private const int CountWords = 4;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _words;

    private FileProtocolProbe(MemoryMappedFile file)
    {
        _file = file;
        _words = file.CreateViewAccessor(0, Size);
    }

    /// <summary>Opens the probe's file, which the crash test has made.</summary>
    public static FileProtocolProbe Open(string path) => new(MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, Size));

    /// <inheritdoc/>
    public void Enter(ProtocolStep step)
    {
        _words.Write(0, (long)step);
        var count = (CountWords + (long)step) * sizeof(long);
        _words.Write(count, _words.ReadInt64(count) + 1);
        if (_words.ReadInt64(HoldWord * sizeof(long)) != (long)step) return;

        _words.Write(HeldWord * sizeof(long), (long)step);
        Thread.CurrentThread.Join(Timeout.Infinite); // Held until the SIGKILL that the test sends now.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _words.Dispose();
        _file.Dispose();
    }
}
