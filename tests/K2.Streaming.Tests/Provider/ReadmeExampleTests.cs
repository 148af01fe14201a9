using System.Text;
using Confluent.Kafka;
using K2.Simulator.Kafka;
using K2.Streaming.Kafka;
using K2.Streaming.Provider;
using K2.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.TestingHost;
using Readings;

namespace K2.Streaming.Tests.Provider;

/// <summary>The README's example is the code that is compiled here, and does what is said of it.</summary>
public sealed class ReadmeExampleTests
{
    private const string Mark = "<example:provider>";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Readme_Example_IsTheCodeThatIsCompiledHere()
    {
        var readme = RepositoryFiles.Text("src/K2.Streaming/README.md");
        var code = RepositoryFiles.Text("tests/K2.Streaming.Tests/Provider/ReadmeExample.cs");
        var compiled = code[(code.IndexOf($"// {Mark}\n", StringComparison.Ordinal) + Mark.Length + 4)..code.IndexOf("// </example:provider>", StringComparison.Ordinal)];
        var start = readme.IndexOf("```csharp\n", readme.IndexOf("<!-- example:provider -->", StringComparison.Ordinal), StringComparison.Ordinal) + "```csharp\n".Length;

        Assert.Equal(compiled, readme[start..readme.IndexOf("```\n", start, StringComparison.Ordinal)]);
    }

    [Fact]
    public void Readme_Options_AreAllInTheTables()
    {
        var readme = RepositoryFiles.Text("src/K2.Streaming/README.md");
        var names = new[] { typeof(LogStreamOptions), typeof(KafkaLogOptions), typeof(KafkaSecurity) }.SelectMany(type => type.GetProperties()).Select(property => property.Name);

        Assert.DoesNotContain(names, name => !readme.Contains($"| `{name}` |", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Example_OnABroker_CountsEveryReadingOnceAndKeepsWhatItCannotRead()
    {
        using var kafka = new MockKafkaCluster();
        kafka.CreateTopic(ReadingsSetup.Topic.Name, ReadingsSetup.Topic.Partitions);
        kafka.CreateTopic("readings.epochs", 1);
        await using var log = await ReadingsSetup.OpenAsync(kafka.Bootstraps, KafkaTopicStep.None, Token);
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddReadings(log);
            silo.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Critical));
        });
        await using var cluster = builder.Build();
        await cluster.DeployAsync();

        await ReadingsSetup.WriteAsync(log, "kitchen", [1, 2, 3], Token);
        using (var other = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = kafka.Bootstraps, LingerMs = 0 }).Build())
            await other.ProduceAsync(new TopicPartition(ReadingsSetup.Topic.Name, log.PartitionOf(ReadingsSetup.Topic.Name, "kitchen")), new Message<string, byte[]> { Key = "kitchen", Value = Encoding.UTF8.GetBytes("warm") }, Token);
        await ReadingsSetup.WriteAsync(log, "kitchen", [10], Token);
        await ReadingsSetup.WriteAsync(log, "cellar", [100, 200], Token);
        var services = cluster.Silos[0].ServiceProvider;
        var status = services.GetRequiredService<LogStreamStatus>();
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(Token);
        timeout.CancelAfter(TimeSpan.FromSeconds(30));
        while (!await status.IsDrainedAsync(timeout.Token)) await Task.Yield();

        Assert.Equal(16, await cluster.Client.GetGrain<ISensorGrain>("kitchen").GetSum());
        Assert.Equal(300, await cluster.Client.GetGrain<ISensorGrain>("cellar").GetSum());
        var letter = Assert.Single(services.GetRequiredService<DeadLetters>().All);
        Assert.Contains("at offset 3, key 'kitchen': 'warm' is no number", letter.Reason, StringComparison.Ordinal);
        Assert.Equal("warm", Encoding.UTF8.GetString(letter.Original));
    }
}
