using K2.Abstractions.Cold.Tables;

namespace K2.ColdTier.Parquet;

/// <summary>
/// The rows of several sorted sources in one order. Of rows that are equal in all columns of the order the first source's comes first; if versions replace each other, only the row of
/// the highest version is given, the first source's if several have it.
/// Memory: a block of each source and one of the result.
/// </summary>
internal sealed class MergedRows : IRowSource
{
    private const int BlockRows = 4096;
    private readonly IReadOnlyList<IRowSource> _sources;
    private readonly bool _newestOnly;
    private readonly int[] _rows;

    // The sources that have a row, by that row.
    private readonly PriorityQueue<int, int> _queue;

    /// <summary>Begins to read.</summary>
    public MergedRows(ColdTable table, IReadOnlyList<IRowSource> sources, bool newestOnly = false)
    {
        (_sources, _newestOnly) = (sources, newestOnly);
        _rows = new int[sources.Count];
        Block = new RowBlock(table);
        _queue = new PriorityQueue<int, int>(Comparer<int>.Create(Compare));
        for (var i = 0; i < sources.Count; i++) Enqueue(i, -1);
    }

    /// <inheritdoc/>
    public RowBlock Block { get; }

    /// <inheritdoc/>
    public bool Next()
    {
        Block.Reset(BlockRows);
        while (Block.Rows < BlockRows && _queue.TryDequeue(out var source, out _))
        {
            if (_newestOnly) source = Newest(source);
            Block.Append(_sources[source].Block, _rows[source]);
            Enqueue(source, _rows[source]);
        }

        return Block.Rows > 0;
    }

    // Of the sources that stand at an equal row the one with the highest version; the others go on.
    private int Newest(int source)
    {
        while (_queue.TryPeek(out var other, out _) && _sources[source].Block.Compare(_rows[source], _sources[other].Block, _rows[other]) == 0)
        {
            _queue.Dequeue();
            var (kept, dropped) = VersionAt(other) > VersionAt(source) ? (other, source) : (source, other);
            Enqueue(dropped, _rows[dropped]);
            source = kept;
        }

        return source;
    }

    private long VersionAt(int source) => _sources[source].Block["version"].Longs[_rows[source]];

    private void Enqueue(int source, int last)
    {
        _rows[source] = last + 1;
        if (last < 0 || _rows[source] == _sources[source].Block.Rows)
        {
            if (!_sources[source].Next()) return;
            _rows[source] = 0;
        }

        _queue.Enqueue(source, source);
    }

    private int Compare(int left, int right)
    {
        var order = _sources[left].Block.Compare(_rows[left], _sources[right].Block, _rows[right]);
        return order != 0 ? order : left.CompareTo(right);
    }
}
