using K2.Abstractions.Log;

namespace K2.Streaming.Embedded;

/// <summary>A ring of entries with access by index: added at the end, removed at the front.</summary>
internal sealed class EntryDeque
{
    private LogEntry[] _items = new LogEntry[16];
    private int _head;

    public int Count { get; private set; }

    public LogEntry this[int index] => _items[(_head + index) & (_items.Length - 1)];

    public void Add(LogEntry entry)
    {
        if (Count == _items.Length)
        {
            var larger = new LogEntry[_items.Length * 2];
            for (var i = 0; i < Count; i++) larger[i] = this[i];
            _items = larger;
            _head = 0;
        }

        _items[(_head + Count) & (_items.Length - 1)] = entry;
        Count++;
    }

    public void RemoveFirst()
    {
        _items[_head] = null!;
        _head = (_head + 1) & (_items.Length - 1);
        Count--;
    }
}
