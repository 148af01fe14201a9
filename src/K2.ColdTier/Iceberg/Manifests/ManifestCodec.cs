using System.Globalization;
using K2.ColdTier.Iceberg.Avro;
using K2.ColdTier.Iceberg.Metadata;

namespace K2.ColdTier.Iceberg.Manifests;

/// <summary>Manifests as Avro.</summary>
internal static class ManifestCodec
{
    /// <summary>Makes the bytes of a manifest.</summary>
    /// <param name="entries">Its lines.</param>
    /// <param name="schema">The table's schema.</param>
    /// <param name="spec">The partition spec of all its files.</param>
    /// <param name="locate">Makes a location of a file's path.</param>
    public static byte[] Write(IEnumerable<ManifestEntry> entries, IcebergSchema schema, PartitionSpec spec, Func<string, string> locate)
    {
        var header = new Dictionary<string, string>
        {
            ["schema"] = SchemaJson.Write(schema).ToJsonString(),
            ["schema-id"] = schema.SchemaId.ToString(CultureInfo.InvariantCulture),
            ["partition-spec"] = SchemaJson.Write(spec).ToJsonString(),
            ["partition-spec-id"] = spec.SpecId.ToString(CultureInfo.InvariantCulture),
            ["format-version"] = "2",
            ["content"] = "data",
        };
        return AvroFile.Write(ManifestSchemas.Manifest(schema, spec), header, entries.Select(entry => new Dictionary<string, object?>
        {
            ["status"] = (int)entry.Status,
            ["snapshot_id"] = entry.SnapshotId,
            ["sequence_number"] = entry.SequenceNumber,
            ["file_sequence_number"] = entry.FileSequenceNumber,
            ["data_file"] = Write(entry.File, spec, locate),
        }));
    }

    /// <summary>Reads a manifest; what its lines leave out comes from the list.</summary>
    /// <param name="bytes">Its bytes.</param>
    /// <param name="manifest">Its line in the list.</param>
    /// <param name="spec">Its partition spec.</param>
    /// <param name="relative">Makes a path of a file's location.</param>
    /// <exception cref="TableFormatException">It holds deleted rows.</exception>
    public static List<ManifestEntry> Read(byte[] bytes, ManifestFile manifest, PartitionSpec spec, Func<string, string> relative)
    {
        if (manifest.Content != 0) throw new TableFormatException($"{manifest.Path} holds deleted rows, which only another program can have written; compact the table there");
        return [.. AvroFile.Read(bytes).Rows.Select(row =>
        {
            var status = (EntryStatus)(int)row["status"]!;
            var inherited = status == EntryStatus.Added ? manifest.SequenceNumber : (long?)null;
            return new ManifestEntry(
                status,
                (long?)row["snapshot_id"] ?? manifest.AddedSnapshotId,
                (long?)row["sequence_number"] ?? inherited,
                (long?)row["file_sequence_number"] ?? inherited,
                ReadFile((Dictionary<string, object?>)row["data_file"]!, spec, relative));
        })];
    }

    private static Dictionary<string, object?> Write(DataFile file, PartitionSpec spec, Func<string, string> locate) => new()
    {
        ["content"] = 0,
        ["file_path"] = locate(file.Path),
        ["file_format"] = file.Format,
        ["partition"] = spec.Fields.Zip(file.Partition).ToDictionary(pair => pair.First.Name, pair => pair.Second),
        ["record_count"] = file.RecordCount,
        ["file_size_in_bytes"] = file.SizeBytes,
        ["column_sizes"] = Pairs(file.ColumnSizes),
        ["value_counts"] = Pairs(file.ValueCounts),
        ["null_value_counts"] = Pairs(file.NullCounts),
        ["nan_value_counts"] = null,
        ["lower_bounds"] = Pairs(file.LowerBounds),
        ["upper_bounds"] = Pairs(file.UpperBounds),
        ["key_metadata"] = null,
        ["split_offsets"] = file.SplitOffsets.Count == 0 ? null : file.SplitOffsets,
        ["equality_ids"] = null,
        ["sort_order_id"] = file.SortOrderId,
    };

    private static DataFile ReadFile(Dictionary<string, object?> row, PartitionSpec spec, Func<string, string> relative)
    {
        var partition = (Dictionary<string, object?>)row["partition"]!;
        return new DataFile
        {
            Path = relative((string)row["file_path"]!),
            Format = (string)row["file_format"]!,
            Partition = [.. spec.Fields.Select(field => partition[field.Name])],
            RecordCount = (long)row["record_count"]!,
            SizeBytes = (long)row["file_size_in_bytes"]!,
            ColumnSizes = Map<long>(row.GetValueOrDefault("column_sizes")),
            ValueCounts = Map<long>(row.GetValueOrDefault("value_counts")),
            NullCounts = Map<long>(row.GetValueOrDefault("null_value_counts")),
            LowerBounds = Map<byte[]>(row.GetValueOrDefault("lower_bounds")),
            UpperBounds = Map<byte[]>(row.GetValueOrDefault("upper_bounds")),
            SplitOffsets = row.GetValueOrDefault("split_offsets") is List<object?> offsets ? [.. offsets.Select(offset => (long)offset!)] : [],
            SortOrderId = (int?)row.GetValueOrDefault("sort_order_id") ?? 0,
        };
    }

    private static List<Dictionary<string, object?>>? Pairs<T>(IReadOnlyDictionary<int, T> map) =>
        map.Count == 0 ? null : [.. map.OrderBy(pair => pair.Key).Select(pair => new Dictionary<string, object?> { ["key"] = pair.Key, ["value"] = pair.Value })];

    private static Dictionary<int, T> Map<T>(object? pairs) =>
        pairs is List<object?> list ? list.Cast<Dictionary<string, object?>>().ToDictionary(pair => (int)pair["key"]!, pair => (T)pair["value"]!) : [];
}
