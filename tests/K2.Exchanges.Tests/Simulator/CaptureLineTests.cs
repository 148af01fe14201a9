using System.Text;
using System.Text.Json;
using CsCheck;
using K2.Simulator;
using K2.Simulator.Captures;

namespace K2.Exchanges.Tests.Simulator;

public sealed class CaptureLineTests
{
    [Theory]
    [InlineData("""{"recv_ns": 5, "frame": "a\"b\\c\/d\n\t\u0041\u00e9\ud83d\ude00"}""", 5, "a\"b\\c/d\n\tAé😀")]
    [InlineData("""{"frame":"x","recv_ns":7}""", 7, "x")]
    [InlineData("""{"recv_ns":7,"dir":"recv","frame":"x","extra":[1,{"frame":"no"}]}""", 7, "x")]
    [InlineData("""{"recv_ns": 7, "frame": ""}""", 7, "")]
    public void Read_ReceivedFrame_IsUnescaped(string line, long receivedNs, string frame)
    {
        var block = new FrameBlock();

        Assert.True(CaptureLine.Read(Encoding.UTF8.GetBytes(line), 3, block));

        var entry = Assert.Single(block.Entries);
        Assert.Equal((3L, receivedNs, frame), (entry.Line, entry.ReceivedNs, Encoding.UTF8.GetString(block.Bytes(entry).Span)));
    }

    [Theory]
    [InlineData("""{"recv_ns": 5, "dir": "send", "frame": "x"}""")]
    [InlineData("""{"recv_ns": 5, "frame": "x", "dir": "send"}""")]
    [InlineData("""{"recv_ns": 5, "frame": "x\\", "dir": "send", "y":"\"}""")]
    public void Read_SentFrame_IsLeftOut(string line)
    {
        var block = new FrameBlock();
        if (line.EndsWith("\\\"}", StringComparison.Ordinal))
        {
            Assert.Throws<FormatException>(() => CaptureLine.Read(Encoding.UTF8.GetBytes(line), 1, block));
            return;
        }

        Assert.False(CaptureLine.Read(Encoding.UTF8.GetBytes(line), 1, block));
        Assert.Empty(block.Entries);
    }

    [Theory]
    [InlineData("hello")]
    [InlineData("[]")]
    [InlineData("""{"recv_ns": 5}""")]
    [InlineData("""{"frame": "x"}""")]
    [InlineData("""{"recv_ns": "5", "frame": "x"}""")]
    [InlineData("""{"recv_ns": -5, "frame": "x"}""")]
    [InlineData("""{"recv_ns": 5, "frame": 3}""")]
    [InlineData("""{"recv_ns": 5, "frame": "x"} x""")]
    [InlineData("""{"recv_ns": 5, "frame": "\q"}""")]
    public void Read_WrongLine_Throws(string line) => Assert.Throws<FormatException>(() => CaptureLine.Read(Encoding.UTF8.GetBytes(line), 1, new FrameBlock()));

    [Fact]
    public void Read_LoneSurrogate_IsTheByteItStandsFor()
    {
        var block = new FrameBlock();

        CaptureLine.Read("""{"recv_ns": 5, "frame": "a\udcffb"}"""u8, 1, block);

        Assert.Equal([(byte)'a', 0xFF, (byte)'b'], block.Bytes(block.Entries[0]).ToArray());
    }

    [Fact]
    public void Read_AnyText_ComesBack() =>
        Gen.String[0, 60].Where(s => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(s)) == s).Sample(
            text =>
            {
                var block = new FrameBlock();
                CaptureLine.Read(Encoding.UTF8.GetBytes($"{{\"recv_ns\": 5, \"frame\": {JsonSerializer.Serialize(text)}}}"), 1, block);
                return Encoding.UTF8.GetString(block.Bytes(block.Entries[0]).Span) == text;
            },
            iter: 5_000,
            threads: 1);
}
