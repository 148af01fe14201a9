namespace K2.EndToEnd.Tests.Running;

/// <summary>A file that takes a disk's space, and gives it back at the end.</summary>
internal sealed class DiskFiller : IDisposable
{
    private readonly FileStream _file;
    private readonly byte[] _block = new byte[4096];

    public DiskFiller(string path, long bytes)
    {
        _file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
        for (var written = 0L; written < bytes; written += _block.Length) _file.Write(_block);
    }

    /// <summary>Takes what is left.</summary>
    public void FillUp()
    {
        try
        {
            while (true) _file.Write(_block);
        }
        catch (IOException)
        {
            // Full, as wanted.
        }
    }

    public void Dispose() => _file.Dispose();
}
