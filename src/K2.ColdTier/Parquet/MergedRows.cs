using K2.Abstractions.Cold.Tables;

namespace K2.ColdTier.Parquet;

/// <summary>
/// The rows of several sorted sources in one order. Of rows that are equal in all columns of the order the first source's comes first; if it replaces, the others' are left out.
/// Memory: a block of each source and one of the result.
/// </summary>
internal sealed class MergedRows : IRowSource
{
    private const int BlockRows = 4096;
    private readonly IReadOnlyList<IRowSource> _sources;
    private readonly bool _firstReplaces;
    private readonly int[] _rows;

    // The sources that have a row, by that row.
    private readonly PriorityQueue<int, int> _queue;

    /// <summary>Begins to read.</summary>
    public MergedRows(ColdTable table, IReadOnlyList<IRowSource> sources, bool firstReplaces = false)
    {
        (_sources, _firstReplaces) = (sources, firstReplaces);
        _rows = new int[sources.Count];
        Block = new RowBlock(table);
        _queue = new PriorityQueue<int, int>(Comparer<int>.Create(Compare));
        for (var i = 0; i < sources.Count; i++) Enqueue(i, -1);
    }

    /// <inheritdoc/>
    public RowBlock Block { get; }

    /// <summary>Rows that were left out because the first source has others in their place.</summary>
    public long Replaced { get; private set; }

    /// <inheritdoc/>
    public bool Next()
    {
        Block.Reset(BlockRows);
        while (Block.Rows < BlockRows && _queue.TryDequeue(out var source, out _))
        {
            var block = _sources[source].Block;
            Block.Append(block, _rows[source]);
            if (_firstReplaces && source == 0) DropEqual();
            Enqueue(source, _rows[source]);
        }

        return Block.Rows > 0;
    }

    private void DropEqual()
    {
        while (_queue.TryPeek(out var other, out _) && Block.Compare(Block.Rows - 1, _sources[other].Block, _rows[other]) == 0)
        {
            _queue.Dequeue();
            Replaced++;
            Enqueue(other, _rows[other]);
        }
    }

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
