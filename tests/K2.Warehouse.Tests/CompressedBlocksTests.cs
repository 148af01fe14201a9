using K2.Engine;

namespace K2.Warehouse.Tests;

public sealed class CompressedBlocksTests
{
    /// <summary>Values of ClickHouse's Java client for bytes i * 7 + length.</summary>
    [Theory]
    [InlineData(0, 0x3df09dfc64c09a2b, 0x3cb540c392e51e29)]
    [InlineData(1, 0x5a03ab4f802b3f6c, 0x58a88a3c8a31e91a)]
    [InlineData(3, 0x3108fa6b1da16986, 0x32301bf0c250612d)]
    [InlineData(7, 0x4d6955e1bc4624e3, 0x252e8c015f4c9bd0)]
    [InlineData(8, 0x9feb346ce8e35a98, 0xf2f9f1185545d8ba)]
    [InlineData(15, 0x1443b6470aa1c7ff, 0x70f998835a684c59)]
    [InlineData(16, 0x4e7e2890890c933d, 0x9b6511d6440477c7)]
    [InlineData(33, 0x8a065e613be6ff11, 0x35542546810ca846)]
    [InlineData(127, 0x2484cd18dc147d2c, 0x461eb40c3963012e)]
    [InlineData(144, 0x9ba176029dbc7f22, 0xa99caea46164a108)]
    [InlineData(145, 0x594221bdaeb6df1a, 0x9eb4a68bece02725)]
    [InlineData(1000, 0x99dd0d90658d4424, 0x70f54ed52c308cc0)]
    [InlineData(4099, 0xe922c3b3f64df92c, 0x6817806272cbef96)]
    public void Compute_BytesOfAnyLength_GivesTheValueOfOtherImplementations(int length, ulong low, ulong high)
    {
        var data = Enumerable.Range(0, length).Select(i => (byte)(((i * 7) + length) & 0xff)).ToArray();

        Assert.Equal((low, high), CityHash128.Compute(data));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100_000)]
    [InlineData(3_000_000)]
    public async Task UnpackingStream_OfPackingStream_GivesTheSameBytes(int length)
    {
        var data = Enumerable.Range(0, length).Select(i => (byte)((i >> 7) & 0xff)).ToArray();
        using var packed = new MemoryStream();

        await using (var packing = new PackingStream(packed)) await packing.WriteAsync(data, TestContext.Current.CancellationToken);
        packed.Position = 0;
        using var plain = new MemoryStream();
        await using (var unpacking = new UnpackingStream(packed)) await unpacking.CopyToAsync(plain, TestContext.Current.CancellationToken);

        Assert.Equal(data, plain.ToArray());
    }

    [Theory]
    [InlineData(0, 40, "the checksum")]
    [InlineData(16, 40, "the checksum")]
    [InlineData(30, 40, "the checksum")]
    [InlineData(20, 12, "is not taken")]
    public async Task ReadAsync_DamagedBlock_IsRefused(int at, int code, string text)
    {
        var block = CompressedBlocks.Pack(new byte[5000]).ToArray();
        block[at] ^= 0x80;

        var refused = await Assert.ThrowsAsync<EngineException>(() => CompressedBlocks.ReadAsync(new MemoryStream(block), TestContext.Current.CancellationToken));

        Assert.Equal(code, refused.Code);
        Assert.Contains(text, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_BlockCutOff_IsRefused()
    {
        var block = CompressedBlocks.Pack(new byte[5000])[..^1].ToArray();

        Assert.Equal(3, (await Assert.ThrowsAsync<EngineException>(() => CompressedBlocks.ReadAsync(new MemoryStream(block), TestContext.Current.CancellationToken))).Code);
    }
}
