namespace K2.Engine;

/// <summary>
/// The embedded engine of this process. Every request has a connection of its own, so that nothing of one reaches another; opening one costs a fifth of a
/// millisecond, as the first stays open and keeps the engine up.
/// </summary>
internal sealed class EmbeddedServer : IDisposable
{
    private readonly ChdbLibrary _library;
    private readonly IReadOnlyList<string> _arguments;
    private readonly nint _first;

    /// <exception cref="EngineException">The data folder cannot be opened.</exception>
    public EmbeddedServer(ChdbLibrary library, IReadOnlyList<string> arguments)
    {
        _library = library;
        // async_insert is on by default in the embedded engine: an insert would be acknowledged before it is durable.
        _arguments = [.. arguments, "--async_insert=0"];
        _first = library.Connect(_arguments);
        if (_first == 0) throw new EngineException("the engine could not open its data folder: another process may be using it");
        using var connection = Open();
        TimeZone = connection.Text("SELECT timezone()");
        Formats = connection.Text("SELECT name, content_type FROM system.formats WHERE is_output").Split('\n').Select(line => line.Split('\t')).ToDictionary(pair => pair[0], pair => (pair[0], pair[1]), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The engine's time zone.</summary>
    public string TimeZone { get; }

    /// <summary>Name and content type of each output format.</summary>
    public IReadOnlyDictionary<string, (string Name, string ContentType)> Formats { get; }

    /// <summary>A new connection; a read-only one refuses to change tables, but takes settings. Its statements are found again by the name.</summary>
    /// <exception cref="EngineException">The engine opens no more.</exception>
    public EngineConnection Open(bool readOnly = false, string? name = null)
    {
        var arguments = _arguments.ToList();
        if (readOnly) arguments.Add("--readonly=2");
        if (name is not null) arguments.Add("--log_comment=" + name);
        var handle = _library.Connect(arguments);
        return handle == 0 ? throw EngineException.Of(1001, "the engine opens no connection", "STD_EXCEPTION") : new EngineConnection(_library, handle);
    }

    /// <summary>Runs a statement that has no answer.</summary>
    /// <exception cref="EngineException">It was refused.</exception>
    public void Run(string statement)
    {
        using var connection = Open();
        connection.Query(statement, "Null", null);
    }

    public void Dispose() => _library.Close(_first);
}
