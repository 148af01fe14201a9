using System.Text;

namespace K2.Warehouse.Tests;

internal sealed record RecordedAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public string? this[string header] => Headers.GetValueOrDefault(header);

    /// <summary>What a client of ClickHouse checks first.</summary>
    public RecordedAnswer Ok(string? text = null)
    {
        Assert.True(Status == 200, $"{Status}: {Text}");
        if (text is not null) Assert.Equal(text, Text);
        return this;
    }
}
