using System.Threading.Channels;

namespace K2.Engine;

/// <summary>A few connections of the engine: each runs one statement at a time, and keeps settings of its own until they are taken back.</summary>
internal sealed class ConnectionPool : IDisposable
{
    private readonly ChdbLibrary _library;
    private readonly Channel<nint> _free;
    private readonly List<nint> _all = [];

    public ConnectionPool(ChdbLibrary library, IReadOnlyList<string> arguments, int size)
    {
        _library = library;
        _free = Channel.CreateBounded<nint>(size);
        for (var i = 0; i < size; i++)
        {
            var connection = library.Connect(arguments);
            if (connection == 0) throw new EngineException("the engine could not open its data folder: another process may be using it");
            _all.Add(connection);
            library.Query(connection, "SET async_insert = 0", "TSV", null);
            _free.Writer.TryWrite(connection);
        }
    }

    public async Task<T> UseAsync<T>(Func<nint, T> use, CancellationToken cancellationToken)
    {
        var connection = await _free.Reader.ReadAsync(cancellationToken);
        try
        {
            return await Task.Run(() => use(connection), CancellationToken.None);
        }
        finally
        {
            _free.Writer.TryWrite(connection);
        }
    }

    public void Dispose()
    {
        foreach (var connection in _all) _library.Close(connection);
    }
}
