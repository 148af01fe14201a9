using Xunit.Sdk;

namespace K2.Exchanges.Tests.Simulator;

/// <summary>The comparison of shapes sees what it is there for.</summary>
public sealed class FrameShapeSelfTests
{
    [Theory]
    [InlineData("""{"a":1,"b":"x"}""", """{"b":"x","a":1}""")]
    [InlineData("""{"a":1}""", """{"a":"1"}""")]
    [InlineData("""{"a":1}""", """{"a":1.5}""")]
    [InlineData("""{"a":1}""", """{}""")]
    [InlineData("""[{"a":1},{"a":2}]""", """[{"a":1},{"b":2}]""")]
    [InlineData("""[{"a":1},{"a":2}]""", """[{"a":1},{"a":null}]""")]
    [InlineData("""["1",2]""", """["1","2"]""")]
    [InlineData("""["1.50","2.25"]""", """["1.5","2.25"]""")]
    [InlineData("""["1.5","2.25"]""", """["1.50","2.25"]""")]
    [InlineData("""[1723161255343]""", """[1723161255343000]""")]
    [InlineData(""" "2026-08-09T21:05:49.25328358Z" """, """ "2026-08-09T21:05:49.253283580Z" """)]
    [InlineData(""" "2026-08-09T21:05:49.253280Z" """, """ "2026-08-09T21:05:49.253Z" """)]
    [InlineData(""" "2026-08-09T21:05:49.253280Z" """, """ "2026-08-09 21:05:49.253280" """)]
    [InlineData(""" "2026-08-09 21:05:48.85 +0000 UTC m=+41691.260485341" """, """ "2026-08-09 21:05:48.85 +0000 UTC m=+41691.26" """)]
    public void Same_OtherShape_Fails(string real, string actual) => Assert.ThrowsAny<XunitException>(() => FrameShape.Same([real], [actual]));

    [Fact]
    public void Same_TimesWrittenLessFinely_Fails()
    {
        string[] real = [.. Enumerable.Range(1, 40).Select(i => $"[1762795433.{i * 9},\"b\"]"), "[1762795433.9717445,\"b\"]"];
        string[] actual = [.. Enumerable.Range(1, 40).Select(i => $"[1762795433.{i * 9}7,\"b\"]"), "[1762795433.971744,\"b\"]"];

        Assert.ThrowsAny<XunitException>(() => FrameShape.Same(real, actual));
    }

    [Theory]
    [InlineData("""{"a":[{"p":"61837.63000000"},{"p":"5.10000000"}]}""", """{"a":[{"p":"1.00000001"}]}""")]
    [InlineData("""["65083.66","1.5","7"]""", """["1","2.123"]""")]
    [InlineData("""["105433.60000",1762795433.9717445,"b","",1]""", """["1.00000",1762795433.97174,"s","",200]""")]
    public void Same_OtherValues_Passes(string real, string actual) => FrameShape.Same([real], [actual]);
}
