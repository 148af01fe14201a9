namespace K2.ColdTier.Parquet;

/// <summary>Some open files, and copies of them that go away with this.</summary>
internal sealed class OpenFiles : IAsyncDisposable
{
    private readonly List<ColdFileReader> _readers = [];
    private readonly List<string> _copies = [];

    /// <summary>The files' rows.</summary>
    public IReadOnlyList<IRowSource> Sources => _readers;

    /// <summary>Row groups that were read.</summary>
    public int GroupsRead => _readers.Sum(reader => reader.GroupsRead);

    public void Add(ColdFileReader reader) => _readers.Add(reader);

    public void AddTemporary(string file) => _copies.Add(file);

    public ValueTask DisposeAsync()
    {
        foreach (var reader in _readers) reader.Dispose();
        foreach (var copy in _copies) File.Delete(copy);
        return ValueTask.CompletedTask;
    }
}
