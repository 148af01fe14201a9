using System.Text;
using K2.Engine;

namespace K2.Warehouse.Tests;

public sealed class NativeCopierTests
{
    private static readonly byte[] Info = [1, 0, 2, 0xff, 0xff, 0xff, 0xff, 0];

    [Theory]
    [InlineData(54405, false)]
    [InlineData(54460, true)]
    public void Run_BlocksOfEveryDelimitableType_AddsWhatTheVersionExpects(long version, bool withKind)
    {
        // Two rows each, in the bytes that the engine writes.
        (string Type, byte[] Data)[] columns =
        [
            ("UInt8", [1, 2]),
            ("LowCardinality(String)", [1, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 3, 97, 98, 99, 2, 0, 0, 0, 0, 0, 0, 0, 1, 1]),
            ("Decimal(38, 18)", new byte[32]),
            ("DateTime64(6, 'UTC')", new byte[16]),
            ("Enum8('a,(' = 1, 'b\\'' = 2)", [1, 2]),
            ("Array(UInt8)", [2, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 1, 2, 1, 2]),
            ("Array(LowCardinality(String))", [1, 0, 0, 0, 0, 0, 0, 0, .. new byte[16]]),
            ("Map(String, UInt8)", [1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 97, 1, 97, 1, 1]),
            ("Tuple(a UInt8, `b c` String)", [1, 1, 1, 120, 1, 120]),
            ("Tuple()", [48, 48]),
            ("Nullable(Nothing)", [1, 1, 48, 48]),
            ("Nullable(FixedString(3))", [0, 0, 1, 2, 3, 4, 5, 6]),
            ("SimpleAggregateFunction(max, DateTime)", new byte[8]),
        ];
        var source = columns.Aggregate(new byte[] { 13, 2 }, (block, column) => [.. block, .. Text("n"), .. Text(column.Type), .. column.Data]);
        var expected = columns.Aggregate<(string Type, byte[] Data), byte[]>([.. Info, 13, 2], (block, column) => [.. block, .. Text("n"), .. Text(column.Type), .. withKind ? new byte[1] : [], .. column.Data]);
        using var target = new MemoryStream();

        new NativeCopier(new MemoryStream([.. source, .. source]), target, version).Run();

        Assert.Equal([.. expected, .. expected], target.ToArray());
    }

    [Fact]
    public void Run_BlockWithoutRows_HasNoDataInItsColumns()
    {
        using var target = new MemoryStream();

        new NativeCopier(new MemoryStream([1, 0, .. Text("n"), .. Text("LowCardinality(String)")]), target, 54460).Run();

        Assert.Equal([.. Info, 1, 0, .. Text("n"), .. Text("LowCardinality(String)"), 0], target.ToArray());
    }

    [Theory]
    [InlineData("AggregateFunction(max, UInt8)")]
    [InlineData("JSON")]
    [InlineData("Variant(UInt8, String)")]
    public void Run_TypeWithoutKnownEnd_IsRefusedByName(string type)
    {
        var refused = Assert.Throws<EngineException>(() => new NativeCopier(new MemoryStream([1, 1, .. Text("n"), .. Text(type)]), Stream.Null, 54460).Run());

        Assert.Equal(48, refused.Code);
        Assert.Contains(type, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_BlockCutOff_IsRefused() => Assert.Equal(33, Assert.Throws<EngineException>(() => new NativeCopier(new MemoryStream([1, 2, .. Text("n"), .. Text("UInt64"), 1]), Stream.Null, 54460).Run()).Code);

    private static byte[] Text(string text) => [(byte)text.Length, .. Encoding.UTF8.GetBytes(text)];
}
