using K2.Abstractions.Cold.Tables;

namespace K2.ColdTier.Parquet;

/// <summary>Some rows of a cold table by column. Who fills one reuses it: what it holds is valid until the next rows are read.</summary>
internal sealed class RowBlock(ColdTable table)
{
    private readonly int[] _sortedBy = [.. table.SortedBy.Select(name => table.Columns.TakeWhile(column => column.Name != name).Count())];

    /// <summary>The table.</summary>
    public ColdTable Table { get; } = table;

    /// <summary>The columns in the table's order.</summary>
    public IReadOnlyList<ColumnBuffer> Columns { get; } = [.. table.Columns.Select(column => new ColumnBuffer(column))];

    /// <summary>How many rows there are.</summary>
    public int Rows { get; internal set; }

    /// <summary>The column of a name.</summary>
    public ColumnBuffer this[string name] => Columns.First(buffer => buffer.Column.Name == name);

    /// <summary>Forgets all rows and makes room for some.</summary>
    internal void Reset(int room)
    {
        Rows = 0;
        foreach (var column in Columns) column.Reset(room);
    }

    /// <summary>Adds a row of another block of the same table; there must be room.</summary>
    internal void Append(RowBlock source, int row)
    {
        for (var i = 0; i < Columns.Count; i++) Columns[i].CopyFrom(source.Columns[i], row, Rows);
        Rows++;
    }

    /// <summary>Compares two rows by the columns that the table is sorted by.</summary>
    internal int Compare(int row, RowBlock other, int otherRow)
    {
        foreach (var index in _sortedBy)
        {
            var order = Columns[index].Compare(row, other.Columns[index], otherRow);
            if (order != 0) return order;
        }

        return 0;
    }
}
