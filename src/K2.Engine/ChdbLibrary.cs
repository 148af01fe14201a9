using System.Runtime.InteropServices;
using System.Text;

namespace K2.Engine;

/// <summary>
/// The functions of ClickHouse's embedded library (chDB 26.7) that the engine uses. The library hands out errors as text and results as pointers
/// that have to be destroyed.
/// </summary>
internal sealed unsafe class ChdbLibrary
{
    private readonly delegate* unmanaged<int, byte**, nint*> _connect;
    private readonly delegate* unmanaged<nint*, void> _close;
    private readonly delegate* unmanaged<nint, byte*, nuint, byte*, nuint, nint> _query;
    private readonly delegate* unmanaged<nint, byte*, nuint, byte*, nuint, nint> _insert;
    private readonly delegate* unmanaged<nint, byte*, nuint, int> _append;
    private readonly delegate* unmanaged<nint, nint> _done;
    private readonly delegate* unmanaged<nint, byte*> _insertError;
    private readonly delegate* unmanaged<nint, void> _cancelInsert;
    private readonly delegate* unmanaged<nint, void> _destroyInsert;
    private readonly delegate* unmanaged<nint, byte*> _error;
    private readonly delegate* unmanaged<nint, byte*> _buffer;
    private readonly delegate* unmanaged<nint, nuint> _length;
    private readonly delegate* unmanaged<nint, ulong> _rowsRead;
    private readonly delegate* unmanaged<nint, ulong> _bytesRead;
    private readonly delegate* unmanaged<nint, ulong> _storageRowsRead;
    private readonly delegate* unmanaged<nint, ulong> _storageBytesRead;
    private readonly delegate* unmanaged<nint, ulong> _rowsWritten;
    private readonly delegate* unmanaged<nint, ulong> _bytesWritten;
    private readonly delegate* unmanaged<nint, double> _elapsed;
    private readonly delegate* unmanaged<nint, void> _destroy;

    public ChdbLibrary(string path)
    {
        var library = NativeLibrary.Load(path);
        _connect = (delegate* unmanaged<int, byte**, nint*>)NativeLibrary.GetExport(library, "chdb_connect");
        _close = (delegate* unmanaged<nint*, void>)NativeLibrary.GetExport(library, "chdb_close_conn");
        _query = (delegate* unmanaged<nint, byte*, nuint, byte*, nuint, nint>)NativeLibrary.GetExport(library, "chdb_query_n");
        _insert = (delegate* unmanaged<nint, byte*, nuint, byte*, nuint, nint>)NativeLibrary.GetExport(library, "chdb_stream_insert_n");
        _append = (delegate* unmanaged<nint, byte*, nuint, int>)NativeLibrary.GetExport(library, "chdb_stream_append");
        _done = (delegate* unmanaged<nint, nint>)NativeLibrary.GetExport(library, "chdb_stream_done");
        _insertError = (delegate* unmanaged<nint, byte*>)NativeLibrary.GetExport(library, "chdb_stream_insert_error");
        _cancelInsert = (delegate* unmanaged<nint, void>)NativeLibrary.GetExport(library, "chdb_stream_cancel_insert");
        _destroyInsert = (delegate* unmanaged<nint, void>)NativeLibrary.GetExport(library, "chdb_destroy_insert_stream");
        _error = (delegate* unmanaged<nint, byte*>)NativeLibrary.GetExport(library, "chdb_result_error");
        _buffer = (delegate* unmanaged<nint, byte*>)NativeLibrary.GetExport(library, "chdb_result_buffer");
        _length = (delegate* unmanaged<nint, nuint>)NativeLibrary.GetExport(library, "chdb_result_length");
        _rowsRead = (delegate* unmanaged<nint, ulong>)NativeLibrary.GetExport(library, "chdb_result_rows_read");
        _bytesRead = (delegate* unmanaged<nint, ulong>)NativeLibrary.GetExport(library, "chdb_result_bytes_read");
        _storageRowsRead = (delegate* unmanaged<nint, ulong>)NativeLibrary.GetExport(library, "chdb_result_storage_rows_read");
        _storageBytesRead = (delegate* unmanaged<nint, ulong>)NativeLibrary.GetExport(library, "chdb_result_storage_bytes_read");
        _rowsWritten = (delegate* unmanaged<nint, ulong>)NativeLibrary.GetExport(library, "chdb_result_rows_written");
        _bytesWritten = (delegate* unmanaged<nint, ulong>)NativeLibrary.GetExport(library, "chdb_result_bytes_written");
        _elapsed = (delegate* unmanaged<nint, double>)NativeLibrary.GetExport(library, "chdb_result_elapsed");
        _destroy = (delegate* unmanaged<nint, void>)NativeLibrary.GetExport(library, "chdb_destroy_query_result");
    }

    /// <summary>Switches the library's own signal handlers off, so that the runtime keeps its own.</summary>
    public static void KeepSignalHandlers(string path)
    {
        var library = NativeLibrary.Load(path);
        ((delegate* unmanaged<int, void>)NativeLibrary.GetExport(library, "chdb_set_signal_handlers_enabled"))(0);
    }

    /// <summary>Opens a connection; null if the library refused, with the reason on its standard error.</summary>
    public nint Connect(IReadOnlyList<string> arguments)
    {
        var texts = arguments.Select(argument => Marshal.StringToCoTaskMemUTF8(argument)).ToArray();
        try
        {
            fixed (nint* pointers = texts) return (nint)_connect(texts.Length, (byte**)pointers);
        }
        finally
        {
            foreach (var text in texts) Marshal.FreeCoTaskMem(text);
        }
    }

    public void Close(nint connection) => _close((nint*)connection);

    /// <summary>Runs a statement and lends its answer to the consumer for the time of the call; returns what it did.</summary>
    /// <exception cref="EngineException">The engine's error text.</exception>
    public QueryStatistics Query(nint connection, string sql, string format, Action<Stream>? consume)
    {
        var query = Encoding.UTF8.GetBytes(sql);
        var name = Encoding.UTF8.GetBytes(format);
        nint result;
        fixed (byte* q = query, f = name) result = _query(*(nint*)connection, q, (nuint)query.Length, f, (nuint)name.Length);
        return Take(result, consume);
    }

    /// <summary>Begins an insert whose data follow by <see cref="Append"/> in the format's own bytes. The connection takes no other statement meanwhile.</summary>
    /// <exception cref="EngineException">The engine's error text.</exception>
    public nint BeginInsert(nint connection, string sql, string format)
    {
        var query = Encoding.UTF8.GetBytes(sql);
        var name = Encoding.UTF8.GetBytes(format);
        nint stream;
        fixed (byte* q = query, f = name) stream = _insert(*(nint*)connection, q, (nuint)query.Length, f, (nuint)name.Length);
        if (stream == 0) throw EngineException.Of(1001, "the insert could not be started", "STD_EXCEPTION");
        try
        {
            ThrowIfFailed(_insertError(stream));
            return stream;
        }
        catch (EngineException)
        {
            _destroyInsert(stream);
            throw;
        }
    }

    /// <summary>Hands over data; waits while the engine is behind.</summary>
    /// <exception cref="EngineException">The engine's error text.</exception>
    public void Append(nint insert, ReadOnlySpan<byte> data)
    {
        int state;
        fixed (byte* d = data) state = _append(insert, d, (nuint)data.Length);
        if (state != 0) ThrowIfFailed(_insertError(insert));
    }

    /// <summary>Makes the insert's rows durable.</summary>
    /// <exception cref="EngineException">The engine's error text.</exception>
    public QueryStatistics CompleteInsert(nint insert)
    {
        var result = _done(insert);
        var error = _insertError(insert);
        if (error is not null && *error != 0)
        {
            if (result != 0) _destroy(result);
            ThrowIfFailed(error);
        }

        return Take(result, null);
    }

    /// <summary>Frees an insert; one that was not completed is called off.</summary>
    public void EndInsert(nint insert, bool completed)
    {
        if (!completed) _cancelInsert(insert);
        _destroyInsert(insert);
    }

    /// <summary>Not every error text of the library begins with a code.</summary>
    private static string Text(byte* error) => Marshal.PtrToStringUTF8((nint)error)! is var text && text.StartsWith("Code: ", StringComparison.Ordinal) ? text : $"Code: 48. DB::Exception: {text} (NOT_IMPLEMENTED)";

    private static void ThrowIfFailed(byte* error)
    {
        if (error is not null && *error != 0) throw new EngineException(Text(error));
    }

    private QueryStatistics Take(nint result, Action<Stream>? consume)
    {
        if (result == 0) return default;
        try
        {
            ThrowIfFailed(_error(result));
            var length = (long)_length(result);
            if (length > 0 && consume is not null)
            {
                using var answer = new UnmanagedMemoryStream(_buffer(result), length);
                consume(answer);
            }

            return new QueryStatistics(_storageRowsRead(result), _storageBytesRead(result), _rowsWritten(result), _bytesWritten(result), _rowsRead(result), _bytesRead(result), _elapsed(result));
        }
        finally
        {
            _destroy(result);
        }
    }
}
