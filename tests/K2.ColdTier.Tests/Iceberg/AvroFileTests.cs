using CsCheck;
using K2.ColdTier.Iceberg;
using K2.ColdTier.Iceberg.Avro;

namespace K2.ColdTier.Tests.Iceberg;

public sealed class AvroFileTests
{
    private const string Schema = """
        {"type":"record","name":"r","fields":[
          {"name":"n","type":"long"},{"name":"i","type":["null","int"]},{"name":"s","type":"string"},{"name":"b","type":["null","bytes"]},{"name":"t","type":"boolean"},
          {"name":"m","type":["null",{"type":"array","logicalType":"map","items":{"type":"record","name":"p","fields":[{"name":"key","type":"int"},{"name":"value","type":"bytes"}]}}]}]}
        """;

    [Fact]
    public void Rows_ComeBackAsTheyWere()
    {
        var pairs = Gen.Select(Gen.Int, Gen.Byte.Array[0, 5]).List[0, 4];
        var row = Gen.Select(Gen.Long, Gen.Int.Nullable(), Gen.String, Gen.Byte.Array[0, 9].Null(), Gen.Bool, pairs.Null());
        row.List[0, 30].Sample(rows =>
        {
            var written = rows.Select(r => new Dictionary<string, object?>
            {
                ["n"] = r.Item1,
                ["i"] = r.Item2,
                ["s"] = r.Item3,
                ["b"] = r.Item4,
                ["t"] = r.Item5,
                ["m"] = r.Item6?.Select(pair => new Dictionary<string, object?> { ["key"] = pair.Item1, ["value"] = pair.Item2 }).ToList(),
            }).ToList();

            var read = AvroFile.Read(AvroFile.Write(Schema, new Dictionary<string, string> { ["own"] = "entry" }, written));

            Assert.Equal("entry", read.Header["own"]);
            Assert.Equal(System.Text.Json.JsonSerializer.Serialize(written), System.Text.Json.JsonSerializer.Serialize(read.Rows));
        }, iter: 200);
    }

    [Fact]
    public void CutFile_IsNoticed()
    {
        var file = AvroFile.Write(Schema, new Dictionary<string, string>(), [new() { ["n"] = 5L, ["s"] = "text", ["t"] = true }]);

        for (var length = 0; length < file.Length; length += 7) Assert.ThrowsAny<Exception>(() => Read(file[..length]));
    }

    [Fact]
    public void AnotherReader_ReadsWhatIsWritten()
    {
        // Apache.Avro is in the build for the trade topics; it is a second opinion on the container.
        var file = AvroFile.Write(Schema, new Dictionary<string, string>(), [new() { ["n"] = -77L, ["i"] = 3, ["s"] = "text", ["t"] = true }]);

        using var reader = global::Avro.File.DataFileReader<global::Avro.Generic.GenericRecord>.OpenReader(new MemoryStream(file));
        var row = Assert.Single(reader.NextEntries);

        Assert.Equal((-77L, 3, "text"), ((long)row["n"], (int)row["i"], (string)row["s"]));
    }

    private static void Read(byte[] bytes)
    {
        // A cut between blocks is a shorter file; anything else must be an error.
        if (AvroFile.Read(bytes).Rows.Count == 0) throw new TableFormatException("no rows");
    }
}
