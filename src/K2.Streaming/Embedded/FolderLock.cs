using System.Globalization;
using K2.Abstractions;

namespace K2.Streaming.Embedded;

/// <summary>Keeps a second process away from a folder; the operating system frees it when the process dies.</summary>
internal sealed class FolderLock : IDisposable
{
    private const string FileName = "lock";

    private readonly FileStream _file;

    private FolderLock(FileStream file) => _file = file;

    public static FolderLock Take(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            var file = new FileStream(Path.Combine(folder, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            file.SetLength(0);
            file.Write(System.Text.Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
            file.Flush();
            return new FolderLock(file);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new StartupException($"the log folder {folder} cannot be written: {exception.Message}", exception);
        }
        catch (IOException exception) when (Directory.Exists(folder) && exception is not DirectoryNotFoundException && !IsFull(exception))
        {
            throw new StartupException($"the data folder is in use by another process: {folder} (stop it, or choose another folder)", exception);
        }
        catch (IOException exception)
        {
            throw new StartupException($"the log folder {folder} cannot be opened: {exception.Message}", exception);
        }
    }

    public void Dispose() => _file.Dispose();

    // ENOSPC on Linux and macOS, ERROR_DISK_FULL on Windows.
    internal static bool IsFull(IOException exception) => exception.HResult is 28 or unchecked((int)0x80070070);
}
