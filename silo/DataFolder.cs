using K2.Abstractions;
using K2.Contracts.Hosting;

namespace K2.Silo;

/// <summary>
/// The folder of one silo's data: held by one process at a time and bound to one source for ever, so that simulated and live trades never mix.
/// </summary>
public sealed class DataFolder : IDisposable
{
    private const string LockName = "lock";
    private const string SourceName = "source";
    private readonly FileStream _lock;

    private DataFolder(string path, FileStream held)
    {
        Path = path;
        _lock = held;
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The log's folder.</summary>
    public string Log => System.IO.Path.Combine(Path, "log");

    /// <summary>Where the running silo names its addresses.</summary>
    public string Endpoints => System.IO.Path.Combine(Path, SiloEndpoints.FileName);

    /// <summary>Takes the folder for this process, making it if it is not there.</summary>
    /// <exception cref="StartupException">The folder cannot be made or written, is held by another process, or belongs to another source.</exception>
    public static DataFolder Take(string path, SourceKind source)
    {
        FileStream? held = null;
        try
        {
            Directory.CreateDirectory(path);
            held = new FileStream(System.IO.Path.Combine(path, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            Bind(path, source);
            return new DataFolder(path, held);
        }
        catch (IOException failure) when (held is null && Directory.Exists(path) && File.Exists(System.IO.Path.Combine(path, LockName)))
        {
            throw new StartupException($"The data folder '{path}' is in use by another process: stop that silo or give another --data.", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            held?.Dispose();
            throw new StartupException($"The data folder '{path}' cannot be used ({failure.Message}): give another --data.", failure);
        }
        catch (StartupException)
        {
            held?.Dispose();
            throw;
        }
    }

    /// <summary>Tells other processes where this silo is reached.</summary>
    public void Publish(SiloEndpoints endpoints)
    {
        var temporary = Endpoints + ".new";
        File.WriteAllText(temporary, endpoints.ToJson());
        File.Move(temporary, Endpoints, overwrite: true);
    }

    /// <summary>Releases the folder.</summary>
    public void Dispose()
    {
        File.Delete(Endpoints);
        _lock.Dispose();
    }

    private static void Bind(string path, SourceKind source)
    {
        var file = System.IO.Path.Combine(path, SourceName);
        var name = source.ToString().ToLowerInvariant();
        var bound = File.Exists(file) ? File.ReadAllText(file).Trim() : "";
        if (bound.Length == 0) File.WriteAllText(file, name + "\n");
        else if (bound != name) throw new StartupException($"The data folder '{path}' holds {bound} data and never mixes with {name} data: give another --data.");
    }
}
