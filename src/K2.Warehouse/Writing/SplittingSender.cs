namespace K2.Warehouse.Writing;

/// <summary>
/// Sends items as one block; a block that is refused for a row is halved until that row stands alone, and everything else is stored. One refused row
/// among n costs about 2 log2(n) inserts.
/// </summary>
internal sealed class SplittingSender(BlockSender sender)
{
    // Beyond it the table and this build do not fit each other: no reason to pour a day into the dead letters.
    private const int MaxRefused = 1000;

    /// <summary>Returns what was refused once all else is durable.</summary>
    /// <exception cref="InsertRefusedException">Nothing of the table can be stored, or too many rows are refused.</exception>
    public async Task<IReadOnlyList<RefusedRow<T>>> SendAsync<T>(RowTable<T> table, IReadOnlyList<T> items, CancellationToken cancellationToken)
    {
        if (await TrySendAsync(table, items, cancellationToken) is not { } reason) return [];
        var rows = items.SelectMany(table.Single).ToList();
        var refused = new List<RefusedRow<T>>();
        await SplitAsync(table, rows, reason, refused, cancellationToken);
        return refused;
    }

    /// <summary>Halves rows that were refused together.</summary>
    private async Task SplitAsync<T>(RowTable<T> table, List<T> rows, string reason, List<RefusedRow<T>> refused, CancellationToken cancellationToken)
    {
        if (rows.Count == 1)
        {
            refused.Add(new RefusedRow<T>(rows[0], reason));
            if (refused.Count > MaxRefused) throw new InsertRefusedException($"ClickHouse refused more than {MaxRefused} rows of {table.Name} one by one: {reason}", FailureClass.Fatal);
            return;
        }

        var middle = rows.Count / 2;
        foreach (var half in (List<T>[])[rows.GetRange(0, middle), rows.GetRange(middle, rows.Count - middle)])
        {
            if (await TrySendAsync(table, half, cancellationToken) is { } halfReason) await SplitAsync(table, half, halfReason, refused, cancellationToken);
        }
    }

    /// <summary>Returns null once the items are durable, or why they are refused.</summary>
    private async Task<string?> TrySendAsync<T>(RowTable<T> table, IReadOnlyList<T> items, CancellationToken cancellationToken)
    {
        try
        {
            await sender.SendAsync(table.Name, table.Build(items), cancellationToken);
            return null;
        }
        catch (OverflowException impossible)
        {
            return "the row has no stored form: " + impossible.Message;
        }
        catch (InsertRefusedException refused) when (refused.Class == FailureClass.Poison)
        {
            return refused.InnerException?.Message ?? refused.Message;
        }
    }
}
