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
    private readonly delegate* unmanaged<nint, void> _destroyInsert;
    private readonly delegate* unmanaged<nint, byte*> _error;
    private readonly delegate* unmanaged<nint, byte*> _buffer;
    private readonly delegate* unmanaged<nint, nuint> _length;
    private readonly delegate* unmanaged<nint, ulong> _rowsRead;
    private readonly delegate* unmanaged<nint, ulong> _bytesRead;
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
        _destroyInsert = (delegate* unmanaged<nint, void>)NativeLibrary.GetExport(library, "chdb_destroy_insert_stream");
        _error = (delegate* unmanaged<nint, byte*>)NativeLibrary.GetExport(library, "chdb_result_error");
        _buffer = (delegate* unmanaged<nint, byte*>)NativeLibrary.GetExport(library, "chdb_result_buffer");
        _length = (delegate* unmanaged<nint, nuint>)NativeLibrary.GetExport(library, "chdb_result_length");
        _rowsRead = (delegate* unmanaged<nint, ulong>)NativeLibrary.GetExport(library, "chdb_result_rows_read");
        _bytesRead = (delegate* unmanaged<nint, ulong>)NativeLibrary.GetExport(library, "chdb_result_bytes_read");
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

    /// <summary>Runs a statement and passes its output to the consumer; returns what it read.</summary>
    /// <exception cref="EngineException">The engine's error text.</exception>
    public (ulong Rows, ulong Bytes) Query(nint connection, string sql, string format, Action<nint, int>? consume)
    {
        var query = Encoding.UTF8.GetBytes(sql);
        var name = Encoding.UTF8.GetBytes(format);
        nint result;
        fixed (byte* q = query, f = name) result = _query(*(nint*)connection, q, (nuint)query.Length, f, (nuint)name.Length);
        return Take(result, consume);
    }

    /// <summary>Runs an insert whose data follow in the format's own bytes.</summary>
    /// <exception cref="EngineException">The engine's error text.</exception>
    public void Insert(nint connection, string sql, string format, ReadOnlySpan<byte> data)
    {
        var query = Encoding.UTF8.GetBytes(sql);
        var name = Encoding.UTF8.GetBytes(format);
        nint stream;
        fixed (byte* q = query, f = name) stream = _insert(*(nint*)connection, q, (nuint)query.Length, f, (nuint)name.Length);
        if (stream == 0) throw new EngineException("Code: 1001. DB::Exception: the insert could not be started");
        try
        {
            ThrowIfFailed(_insertError(stream));
            int state;
            fixed (byte* d = data) state = _append(stream, d, (nuint)data.Length);
            if (state != 0) ThrowIfFailed(_insertError(stream));
            var result = _done(stream);
            ThrowIfFailed(_insertError(stream));
            if (result != 0) Take(result, null);
        }
        finally
        {
            _destroyInsert(stream);
        }
    }

    private static void ThrowIfFailed(byte* error)
    {
        if (error is not null && *error != 0) throw new EngineException(Marshal.PtrToStringUTF8((nint)error)!);
    }

    private (ulong Rows, ulong Bytes) Take(nint result, Action<nint, int>? consume)
    {
        if (result == 0) return (0, 0);
        try
        {
            ThrowIfFailed(_error(result));
            var length = _length(result);
            for (nuint at = 0; at < length && consume is not null; at += 1 << 20) consume((nint)(_buffer(result) + at), (int)Math.Min(length - at, 1 << 20));
            return (_rowsRead(result), _bytesRead(result));
        }
        finally
        {
            _destroy(result);
        }
    }
}
