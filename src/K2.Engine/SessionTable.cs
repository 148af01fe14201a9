namespace K2.Engine;

/// <summary>
/// The sessions of clients: a connection each, which keeps temporary tables and what SET and USE changed. A session is used by one request at a time
/// and goes away when it was not used for its time.
/// </summary>
internal sealed class SessionTable(EmbeddedServer server, TimeProvider time) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Session> _sessions = new(StringComparer.Ordinal);

    /// <summary>Takes a session, made if it is not there; disposing the result gives it back.</summary>
    /// <exception cref="EngineException">It is in use, it has to exist and does not, or there are too many.</exception>
    public Lease Take(string id, TimeSpan timeout, bool mustExist, bool closeAfter)
    {
        lock (_lock)
        {
            Expire();
            if (!_sessions.TryGetValue(id, out var session))
            {
                if (mustExist) throw EngineException.Of(372, $"Session {id} not found", "SESSION_NOT_FOUND");
                if (_sessions.Count >= FrontLimits.Sessions) throw EngineException.Of(202, $"Too many sessions: {FrontLimits.Sessions} are kept", "TOO_MANY_SIMULTANEOUS_QUERIES");
                _sessions[id] = session = new Session(server.Open());
            }
            else if (session.InUse)
            {
                throw EngineException.Of(373, $"Session {id} is locked by a concurrent client", "SESSION_IS_LOCKED");
            }

            (session.InUse, session.Timeout) = (true, timeout);
            return new Lease(this, id, session, closeAfter);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var session in _sessions.Values) session.Connection.Dispose();
            _sessions.Clear();
        }
    }

    private void Expire()
    {
        foreach (var (id, session) in _sessions.Where(pair => !pair.Value.InUse && time.GetElapsedTime(pair.Value.UsedAt) >= pair.Value.Timeout).ToList())
        {
            _sessions.Remove(id);
            session.Connection.Dispose();
        }
    }

    private void Return(string id, Session session, bool close)
    {
        lock (_lock)
        {
            (session.InUse, session.UsedAt) = (false, time.GetTimestamp());
            if (close && _sessions.Remove(id)) session.Connection.Dispose();
        }
    }

    /// <summary>A session in use by a request.</summary>
    internal sealed class Lease(SessionTable table, string id, Session session, bool closeAfter) : IDisposable
    {
        public EngineConnection Connection => session.Connection;

        public void Dispose() => table.Return(id, session, closeAfter);
    }

    /// <summary>A connection and when it was used last.</summary>
    internal sealed class Session(EngineConnection connection)
    {
        public EngineConnection Connection => connection;

        public bool InUse { get; set; }

        public TimeSpan Timeout { get; set; }

        public long UsedAt { get; set; }
    }
}
