using System.Text;
using K2.Abstractions;
using K2.Streaming.Avro;
using K2.Streaming.SchemaRegistry;
using K2.TestKit.SchemaRegistry;
using Microsoft.Extensions.Time.Testing;

namespace K2.Streaming.Tests.SchemaRegistry;

public sealed class SchemaRegistryClientTests : IDisposable
{
    private static readonly Func<HttpResponseMessage> Broken = () => SchemaRegistryStub.Answer(500, """{"error_code":50001,"message":"Error in the backend data store"}""");
    private static readonly Func<HttpResponseMessage> Garbage = () => SchemaRegistryStub.Answer(200, "<html>proxy</html>");
    private static readonly Func<HttpResponseMessage> Down = () => throw new HttpRequestException("connection refused");
    private static readonly Func<HttpResponseMessage> Slow = () => throw new TaskCanceledException("timeout");
    private readonly SchemaRegistryStub _stub = new();
    private readonly FakeTimeProvider _time = new() { AutoAdvanceAmount = TimeSpan.Zero };
    private readonly SchemaRegistryClient _client;

    public SchemaRegistryClientTests() => _client = Client(new SchemaRegistryOptions { Address = new Uri("http://registry/api") });

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _client.Dispose();
        _stub.Dispose();
    }

    [Fact]
    public async Task Register_Twice_GivesTheSameNumber()
    {
        var first = await _client.RegisterAsync("a-value", AvroSchemas.Trade, Token);
        var again = await _client.RegisterAsync("a-value", AvroSchemas.Trade, Token);
        var elsewhere = await _client.RegisterAsync("b-value", AvroSchemas.Trade, Token);

        Assert.Equal((first, first), (again, elsewhere));
        Assert.Equal((first, 1, AvroSchemas.Trade), await _client.LatestAsync("b-value", Token));
    }

    [Fact]
    public async Task Register_InvalidOrIncompatible_IsRefusedWithTheRegistrysWords()
    {
        var invalid = await Assert.ThrowsAsync<SchemaRegistryException>(() => _client.RegisterAsync("a-value", "no json", Token));
        await _client.RegisterAsync("a-value", AvroSchemas.Trade, Token);
        _stub.IsCompatible = (_, _) => false;
        var incompatible = await Assert.ThrowsAsync<SchemaRegistryException>(() => _client.RegisterAsync("a-value", AvroSchemas.Control, Token));

        Assert.Equal((SchemaRegistryException.InvalidSchema, SchemaRegistryException.Incompatible), (invalid.Code, incompatible.Code));
        Assert.Equal("the schema registry at http://registry/api refused POST subjects/a-value/versions: Schema being registered is incompatible with an earlier schema (409)", incompatible.Message);
        Assert.False(incompatible.IsTransient);
        Assert.False(await _client.IsCompatibleAsync("a-value", AvroSchemas.Control, Token));
        Assert.True(await _client.IsCompatibleAsync("new-value", AvroSchemas.Control, Token));
    }

    [Fact]
    public async Task Ask_RegistryIsDownForAWhile_IsAskedAgainWithGrowingWaits()
    {
        _stub.Fail(Broken, Down, Garbage);

        var asked = _client.RegisterAsync("a-value", AvroSchemas.Trade, Token);
        foreach (var wait in new[] { 200, 400, 800 })
        {
            Assert.False(asked.IsCompleted);
            _time.Advance(TimeSpan.FromMilliseconds(wait));
        }

        Assert.Equal(1, await asked);
        Assert.Equal(4, _stub.Requests.Count);
    }

    [Fact]
    public async Task Ask_RegistryStaysDown_FailsAfterABoundedNumberOfAttempts()
    {
        _stub.Fail(Down, Slow, Broken, Down);

        var asked = _client.RegisterAsync("a-value", AvroSchemas.Trade, Token);
        for (var i = 0; i < 3; i++) _time.Advance(TimeSpan.FromSeconds(1));
        var failure = await Assert.ThrowsAsync<SchemaRegistryException>(() => asked);

        Assert.True(failure.IsTransient);
        Assert.Equal("the schema registry at http://registry/api does not answer POST subjects/a-value/versions: connection refused", failure.Message);
        Assert.Equal(4, _stub.Requests.Count);
    }

    [Fact]
    public void Find_ManyTimes_AsksOnce()
    {
        var id = _stub.Add("a-value", AvroSchemas.Trade);

        for (var i = 0; i < 1000; i++) Assert.Equal(AvroSchemas.Trade, _client.Find(id));

        Assert.Equal(["GET /api/schemas/ids/1"], _stub.Requests);
    }

    [Fact]
    public void Find_UnknownNumber_IsAskedForAgainOnlyAfterAWhile()
    {
        Assert.Null(_client.Find(1));
        _stub.Add("a-value", AvroSchemas.Trade);
        Assert.Null(_client.Find(1));
        Assert.Single(_stub.Requests);
        _time.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(AvroSchemas.Trade, _client.Find(1));
    }

    [Fact]
    public void Find_NoAnswer_IsTransientAndNotKept()
    {
        _stub.Add("a-value", AvroSchemas.Trade);
        _stub.Fail(Down, Garbage);

        Assert.True(Assert.Throws<SchemaRegistryException>(() => _client.Find(1)).IsTransient);
        Assert.True(Assert.Throws<SchemaRegistryException>(() => _client.Find(1)).IsTransient);

        Assert.Equal(AvroSchemas.Trade, _client.Find(1));
    }

    [Fact]
    public void Find_MoreThanTheCacheHolds_ForgetsTheOldest()
    {
        using var client = Client(new SchemaRegistryOptions { Address = new Uri("http://registry/"), CacheSize = 2 });
        for (var i = 0; i < 3; i++) client.Find(_stub.Add("a-value", "{\"n\":" + i + "}"));

        client.Find(3);
        client.Find(2);
        client.Find(1);

        Assert.Equal(4, _stub.Requests.Count);
    }

    [Fact]
    public async Task Register_WithAUser_SendsThePasswordFromItsFile()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "secret word\nrest", Token);
            var options = new SchemaRegistryOptions { Address = new Uri("http://registry"), User = "k2", PasswordFile = file };
            using var client = Client(options);
            await client.RegisterAsync("a-value", AvroSchemas.Trade, Token);

            Assert.Equal("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("k2:secret word")), _stub.Authorization);
            Assert.DoesNotContain("secret word", options.ToString(), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("ftp://registry", null, null, "no http or https address")]
    [InlineData("http://user:word@registry", null, null, "holds a user or password")]
    [InlineData("http://registry", "k2", null, "User needs PasswordVariable or PasswordFile")]
    [InlineData("http://registry", null, "K2_NO_SUCH_VARIABLE", "User needs PasswordVariable or PasswordFile")]
    [InlineData("http://registry", "k2", "K2_NO_SUCH_VARIABLE", "the environment variable K2_NO_SUCH_VARIABLE (PasswordVariable) is not set")]
    public void Options_Wrong_AreToldInOneSentence(string address, string? user, string? variable, string words)
    {
        var refused = Assert.Throws<StartupException>(() => Client(new SchemaRegistryOptions { Address = new Uri(address), User = user, PasswordVariable = variable }));

        Assert.Contains(words, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TopicSchemas_NewRegistry_HoldsSchemasAndTheRule()
    {
        var ids = await TopicSchemas.RegisterAsync(_client, ["trades.binance", "trades.kraken"], Token);

        Assert.Equal(new AvroSchemaIds(2, 1), ids["trades.kraken"]);
        Assert.Equal("BACKWARD", await _client.CompatibilityAsync("trades.binance-value", Token));
        Assert.Equal(AvroSchemas.Control, (await _client.LatestAsync("k2.market.Control", Token)).Schema);
    }

    [Fact]
    public async Task TopicSchemas_SchemaThatOursMayNotFollow_EndsTheStart()
    {
        _stub.Add("trades.binance-value", "{}");
        _stub.IsCompatible = (_, _) => false;

        var refused = await Assert.ThrowsAsync<StartupException>(() => TopicSchemas.RegisterAsync(_client, ["trades.binance"], Token));

        Assert.Contains("the schema registry holds a schema under 'trades.binance-value' that this version's may not follow (BACKWARD)", refused.Message, StringComparison.Ordinal);
    }

    private SchemaRegistryClient Client(SchemaRegistryOptions options) => new(options, _time, _stub);
}
