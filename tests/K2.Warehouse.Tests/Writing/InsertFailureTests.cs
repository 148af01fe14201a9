using ClickHouse.Driver;
using K2.Warehouse.Writing;

namespace K2.Warehouse.Tests.Writing;

public sealed class InsertFailureTests
{
    [Theory]
    [InlineData(0, FailureClass.Transient)]
    [InlineData(32, FailureClass.Transient)]
    [InlineData(33, FailureClass.Transient)]
    [InlineData(202, FailureClass.Transient)]
    [InlineData(241, FailureClass.Transient)]
    [InlineData(243, FailureClass.Transient)]
    [InlineData(252, FailureClass.Transient)]
    [InlineData(117, FailureClass.Poison)]
    [InlineData(407, FailureClass.Poison)]
    [InlineData(469, FailureClass.Poison)]
    [InlineData(60, FailureClass.Fatal)]
    [InlineData(497, FailureClass.Fatal)]
    [InlineData(516, FailureClass.Fatal)]
    [InlineData(99_999, FailureClass.Fatal)]
    public void Classify_ByClickHousesCode(int code, object expected) =>
        Assert.Equal((FailureClass)expected, InsertFailure.Classify(new ClickHouseServerException("as tested", "INSERT", code)));

    [Fact]
    public void Classify_ByTheKindOfFailure()
    {
        Assert.Equal(FailureClass.Transient, InsertFailure.Classify(new HttpRequestException("refused")));
        Assert.Equal(FailureClass.Transient, InsertFailure.Classify(new IOException("cut")));
        Assert.Equal(FailureClass.Poison, InsertFailure.Classify(new OverflowException()));
        Assert.Equal(FailureClass.Fatal, InsertFailure.Classify(new ArgumentException("a fault of ours")));
    }
}
