using System.Runtime.InteropServices;

namespace K2.ColdTier.Stores;

/// <summary>What the framework does not offer: a hard link that fails if the name is taken, and fsync of a folder, without which a new name may be gone after a power loss.</summary>
internal static partial class DurableFiles
{
    private const int FileExists = 17;

    /// <summary>Gives a file a second name; false if that name is taken.</summary>
    /// <exception cref="IOException">The file system refuses.</exception>
    public static bool TryLink(string path, string newPath)
    {
        if (OperatingSystem.IsWindows())
        {
            // A move that does not replace is as atomic there; the temporary name is gone instead of deleted.
            try
            {
                File.Move(path, newPath, overwrite: false);
                return true;
            }
            catch (IOException) when (File.Exists(newPath))
            {
                return false;
            }
        }

        if (Link(path, newPath) == 0) return true;
        var error = Marshal.GetLastPInvokeError();
        return error == FileExists ? false : throw new IOException($"link to {newPath}: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    /// <summary>Makes the names in a folder durable.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static void SyncFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        var descriptor = Open(folder, 0);
        if (descriptor < 0) throw new IOException($"open {folder}: {Marshal.GetLastPInvokeErrorMessage()}");
        var result = Sync(descriptor);
        var message = result == 0 ? null : Marshal.GetLastPInvokeErrorMessage();
        _ = Close(descriptor);
        if (message is not null) throw new IOException($"fsync of {folder}: {message}");
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Link(string path, string newPath);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);
}
