using System.Globalization;
using K2.ColdTier.Iceberg.Avro;

namespace K2.ColdTier.Iceberg.Manifests;

/// <summary>The list of a snapshot's manifests as Avro.</summary>
internal static class ManifestListCodec
{
    public static byte[] Write(IEnumerable<ManifestFile> manifests, long snapshotId, long? parentId, long sequenceNumber)
    {
        var header = new Dictionary<string, string>
        {
            ["snapshot-id"] = snapshotId.ToString(CultureInfo.InvariantCulture),
            ["parent-snapshot-id"] = parentId?.ToString(CultureInfo.InvariantCulture) ?? "null",
            ["sequence-number"] = sequenceNumber.ToString(CultureInfo.InvariantCulture),
            ["format-version"] = "2",
        };
        return AvroFile.Write(ManifestSchemas.ManifestList, header, manifests.Select(manifest => new Dictionary<string, object?>
        {
            ["manifest_path"] = manifest.Path,
            ["manifest_length"] = manifest.Length,
            ["partition_spec_id"] = manifest.SpecId,
            ["content"] = manifest.Content,
            ["sequence_number"] = manifest.SequenceNumber,
            ["min_sequence_number"] = manifest.MinSequenceNumber,
            ["added_snapshot_id"] = manifest.AddedSnapshotId,
            ["added_files_count"] = manifest.AddedFiles,
            ["existing_files_count"] = manifest.ExistingFiles,
            ["deleted_files_count"] = manifest.DeletedFiles,
            ["added_rows_count"] = manifest.AddedRows,
            ["existing_rows_count"] = manifest.ExistingRows,
            ["deleted_rows_count"] = manifest.DeletedRows,
            ["partitions"] = manifest.Partitions.Select(range => new Dictionary<string, object?>
            {
                ["contains_null"] = range.ContainsNull,
                ["contains_nan"] = false,
                ["lower_bound"] = range.Lower,
                ["upper_bound"] = range.Upper,
            }).ToList(),
            ["key_metadata"] = null,
        }));
    }

    public static List<ManifestFile> Read(byte[] bytes) => [.. AvroFile.Read(bytes).Rows.Select(row => new ManifestFile
    {
        Path = (string)row["manifest_path"]!,
        Length = (long)row["manifest_length"]!,
        SpecId = (int)row["partition_spec_id"]!,
        Content = (int)row["content"]!,
        SequenceNumber = (long)row["sequence_number"]!,
        MinSequenceNumber = (long)row["min_sequence_number"]!,
        AddedSnapshotId = (long)row["added_snapshot_id"]!,
        AddedFiles = (int)row["added_files_count"]!,
        ExistingFiles = (int)row["existing_files_count"]!,
        DeletedFiles = (int)row["deleted_files_count"]!,
        AddedRows = (long)row["added_rows_count"]!,
        ExistingRows = (long)row["existing_rows_count"]!,
        DeletedRows = (long)row["deleted_rows_count"]!,
        Partitions = row.GetValueOrDefault("partitions") is List<object?> ranges
            ? [.. ranges.Cast<Dictionary<string, object?>>().Select(range => new PartitionRange((bool)range["contains_null"]!, (byte[]?)range["lower_bound"], (byte[]?)range["upper_bound"]))]
            : [],
    })];
}
