using System.IO.MemoryMappedFiles;
using K2.Abstractions.Diagnostics;

namespace K2.Cli.Bench;

/// <summary>The harness's side of the silo's protocol probe: sees the step a silo is in and can hold it at one.</summary>
internal sealed class ProbeFile : IDisposable
{
    private const int Words = 16;
    private const int HoldWord = 1;
    private const int HeldWord = 2;
    private const int CountWords = 4;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _words;

    public ProbeFile(string path)
    {
        Path = path;
        File.WriteAllBytes(path, new byte[Words * sizeof(long)]);
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, Words * sizeof(long));
        _words = _file.CreateViewAccessor();
    }

    public string Path { get; }

    /// <summary>The latest step that was entered.</summary>
    public ProtocolStep Current => (ProtocolStep)_words.ReadInt64(0);

    /// <summary>The step that a thread of the silo is held in, or idle.</summary>
    public ProtocolStep Held => (ProtocolStep)_words.ReadInt64(HeldWord * sizeof(long));

    /// <summary>How often a step was entered.</summary>
    public long Count(ProtocolStep step) => _words.ReadInt64((CountWords + (long)step) * sizeof(long));

    /// <summary>Holds the next thread that enters the step.</summary>
    public void Hold(ProtocolStep step) => _words.Write(HoldWord * sizeof(long), (long)step);

    /// <summary>Forgets everything before the next process uses the file.</summary>
    public void Reset()
    {
        for (var i = 0; i < Words; i++) _words.Write(i * sizeof(long), 0L);
    }

    public void Dispose()
    {
        _words.Dispose();
        _file.Dispose();
    }
}
