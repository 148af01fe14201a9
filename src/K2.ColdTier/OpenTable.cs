using K2.Abstractions.Cold;
using K2.Abstractions.Cold.Tables;
using K2.ColdTier.Export;
using K2.ColdTier.Iceberg;
using K2.ColdTier.Iceberg.Commits;
using K2.ColdTier.Maintenance;
using K2.ColdTier.Parquet;

namespace K2.ColdTier;

/// <summary>What works on one cold table.</summary>
internal sealed class OpenTable
{
    private const string Folder = "cold";

    public OpenTable(ColdTable table, IObjectStore store, IColdSource source, ColdOptions options, TimeProvider time)
    {
        var prefix = $"{Folder}/{table.Name}";
        Table = table;
        Catalog = new FileTableCatalog(store, prefix);
        Iceberg = new IcebergTable(Catalog, store, prefix, new CommitOptions(), time, new Random());
        Reader = new PartitionReader(Iceberg, store, table, options.TemporaryFolder);
        var writer = new PartitionWriter(store, prefix, table, options.TemporaryFolder, options.FileBytes);
        Comparison = new HotComparison(table, Iceberg, source, Reader);
        Restore = new TableRestore(table, Iceberg, Reader, source);
        Exporter = new TableExporter(table, Iceberg, source, writer, Reader, Comparison, Restore, options, time);
        Compactor = new PartitionCompactor(table, Iceberg, Reader, writer, options.FileBytes);
    }

    public ColdTable Table { get; }

    public FileTableCatalog Catalog { get; }

    public IcebergTable Iceberg { get; }

    public PartitionReader Reader { get; }

    public TableExporter Exporter { get; }

    public TableRestore Restore { get; }

    public HotComparison Comparison { get; }

    public PartitionCompactor Compactor { get; }

    /// <summary>One at a time: a second one would only find that the first was quicker.</summary>
    public SemaphoreSlim Turn { get; } = new(1, 1);
}
