namespace K2.Engine;

/// <summary>An insert that takes data until it is completed; called off if it is disposed before.</summary>
internal sealed class EngineInsert(ChdbLibrary library, nint insert) : IDisposable
{
    private bool _completed;

    /// <summary>Hands over data; waits while the engine is behind.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        if (data.Length > 0) library.Append(insert, data);
    }

    /// <summary>Makes the rows durable.</summary>
    public QueryStatistics Complete()
    {
        var statistics = library.CompleteInsert(insert);
        _completed = true;
        return statistics;
    }

    public void Dispose() => library.EndInsert(insert, _completed);
}
