namespace K2.Streaming.SchemaRegistry;

/// <summary>Schemas by number, the oldest of too many forgotten; also which numbers are unknown, for a while. Thread-safe.</summary>
internal sealed class SchemaCache(int size, TimeSpan unknownFor, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, (string? Schema, long At)> _known = [];
    private readonly Queue<int> _order = [];

    /// <summary>Returns what is known of a number; null for a schema that does not exist.</summary>
    public bool TryGet(int id, out string? schema)
    {
        lock (_gate)
        {
            schema = null;
            if (!_known.TryGetValue(id, out var kept) || (kept.Schema is null && time.GetElapsedTime(kept.At) >= unknownFor)) return false;
            schema = kept.Schema;
            return true;
        }
    }

    /// <summary>Keeps a schema, or with null that there is none.</summary>
    public void Keep(int id, string? schema)
    {
        lock (_gate)
        {
            if (!_known.ContainsKey(id))
            {
                if (_order.Count == size) _known.Remove(_order.Dequeue());
                _order.Enqueue(id);
            }

            _known[id] = (schema, time.GetTimestamp());
        }
    }
}
