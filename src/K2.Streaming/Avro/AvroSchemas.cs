using System.Text;

namespace K2.Streaming.Avro;

/// <summary>The platform's schemas, from the files in <c>Schemas/</c>.</summary>
public static class AvroSchemas
{
    /// <summary>A trade.</summary>
    public static string Trade { get; } = Read("trade.v1.avsc");

    /// <summary>Any other record of a symbol's log.</summary>
    public static string Control { get; } = Read("control.v1.avsc");

    private static string Read(string name)
    {
        using var stream = typeof(AvroSchemas).Assembly.GetManifestResourceStream("K2.Streaming.Schemas." + name)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
