using K2.Abstractions;
using K2.Abstractions.Log;
using K2.Streaming.Kafka;

namespace K2.Streaming.Tests.Kafka;

public sealed class KafkaLogOptionsTests
{
    private const string Secret = "very-secret-word";

    [Fact]
    public void Defaults_AreThese()
    {
        var options = Good();

        options.Validate();
        Assert.Equal(("k2", "k2", "k2.log.epochs", KafkaTopicStep.Create, 1), (options.ClientId, options.GroupId, options.EpochTopic, options.TopicStep, options.Replication));
        Assert.Equal((new KafkaRetention(TimeSpan.FromDays(7), null), 0), (options.Retention, options.TopicRetention.Count));
        Assert.Equal((KafkaCompression.Lz4, 5, 1_000_000, 64L << 20, 200_000), (options.Compression, options.Linger.TotalMilliseconds, options.MaxMessageBytes, options.MaxPendingBytes, options.MaxPendingMessages));
        Assert.Equal((300, 10, 30, 10), (options.DeliveryTimeout.TotalSeconds, options.AnswerTimeout.TotalSeconds, options.RequestTimeout.TotalSeconds, options.CloseTimeout.TotalSeconds));
        Assert.Equal((4 << 20, 500, 1), (options.ReadAheadBytes, options.FetchWait.TotalMilliseconds, options.FetchHandles));
        Assert.Equal((false, KafkaSasl.None), (options.Security.Tls, options.Security.Sasl));
    }

    [Fact]
    public void Validate_OutOfRange_NamesTheOption()
    {
        var good = Good();
        (KafkaLogOptions Options, string Named)[] bad =
        [
            (good with { BootstrapServers = " " }, "BootstrapServers"),
            (good with { Topics = [] }, "no topic"),
            (good with { Topics = [new("t", 1), new("t", 1)] }, "twice"),
            (good with { EpochTopic = "t" }, "twice"),
            (good with { Topics = [new("t t", 1)] }, "'t t'"),
            (good with { Topics = [new("..", 1)] }, "'..'"),
            (good with { Topics = [new("t", 0)] }, "partitions"),
            (good with { Topics = [new("t", 1025)] }, "partitions"),
            (good with { Topics = [new("u", 1)] }, "Mappers"),
            (good with { EpochTopic = "" }, "EpochTopic"),
            (good with { ClientId = "" }, "ClientId"),
            (good with { GroupId = " " }, "GroupId"),
            (good with { TopicStep = (KafkaTopicStep)9 }, "TopicStep"),
            (good with { Compression = (KafkaCompression)9 }, "Compression"),
            (good with { Replication = 0 }, "Replication"),
            (good with { Retention = new KafkaRetention(TimeSpan.Zero, null) }, "Retention"),
            (good with { TopicRetention = new Dictionary<string, KafkaRetention> { ["t"] = new(null, 0) } }, "t: a retention"),
            (good with { Linger = TimeSpan.FromSeconds(1.1) }, "Linger"),
            (good with { MaxMessageBytes = 999 }, "MaxMessageBytes"),
            (good with { MaxPendingBytes = 100 }, "MaxPendingBytes"),
            (good with { MaxPendingMessages = 0 }, "MaxPendingMessages"),
            (good with { DeliveryTimeout = TimeSpan.FromMilliseconds(999) }, "DeliveryTimeout"),
            (good with { AnswerTimeout = TimeSpan.FromMilliseconds(999) }, "AnswerTimeout"),
            (good with { RequestTimeout = TimeSpan.FromMinutes(6) }, "RequestTimeout"),
            (good with { CloseTimeout = TimeSpan.FromTicks(-1) }, "CloseTimeout"),
            (good with { ReadAheadBytes = 1 }, "ReadAheadBytes"),
            (good with { FetchWait = TimeSpan.Zero }, "FetchWait"),
            (good with { FetchHandles = 17 }, "FetchHandles"),
            (good with { Security = new() { CaFile = "/nowhere" } }, "Tls"),
            (good with { Security = new() { Tls = true, CaFile = "/nowhere" } }, "CaFile /nowhere"),
            (good with { Security = new() { Tls = true, CertificateFile = "/nowhere" } }, "KeyFile"),
            (good with { Security = new() { User = "u" } }, "Sasl"),
            (good with { Security = new() { Sasl = KafkaSasl.ScramSha256, PasswordVariable = "K2_NO_SUCH" } }, "User"),
            (good with { Security = new() { Sasl = KafkaSasl.ScramSha256, User = "u" } }, "PasswordFile"),
            (good with { Security = new() { Sasl = KafkaSasl.ScramSha256, User = "u", PasswordFile = "f", PasswordVariable = "v" } }, "exactly one"),
            (good with { Security = new() { Sasl = KafkaSasl.ScramSha256, User = "u", PasswordVariable = "K2_NO_SUCH" } }, "K2_NO_SUCH"),
            (good with { Security = new() { Sasl = KafkaSasl.ScramSha512, User = "u", PasswordFile = "/nowhere" } }, "PasswordFile /nowhere"),
        ];

        foreach (var (options, named) in bad) Assert.Contains(named, Assert.Throws<StartupException>(options.Validate).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Password_IsReadFromTheFileAndShownNowhere()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Sub("password");
        await File.WriteAllTextAsync(file, Secret + "\n", TestContext.Current.CancellationToken);
        var options = Good() with { BootstrapServers = "127.0.0.1:1", RequestTimeout = TimeSpan.FromSeconds(1), Security = new() { Sasl = KafkaSasl.ScramSha512, User = "u", PasswordFile = file } };
        var logger = new ListLogger();

        Assert.Equal(Secret, options.Security.ReadPassword());
        var failure = await Assert.ThrowsAsync<StartupException>(() => KafkaLog.OpenAsync(
            options, new Dictionary<(string, int), K2.Domain.Log.LogPosition>(), TimeProvider.System, logger, K2.Abstractions.Diagnostics.NoProtocolProbe.Instance, TestContext.Current.CancellationToken));

        Assert.NotEmpty(logger.Lines);
        Assert.All([options.ToString(), failure.ToString(), .. logger.Lines], text => Assert.DoesNotContain(Secret, text, StringComparison.Ordinal));
    }

    private static KafkaLogOptions Good() => new()
    {
        BootstrapServers = "localhost:9092",
        Topics = [new LogTopic("t", 1)],
        Mappers = new Dictionary<string, IRecordMapper> { ["t"] = WordMapper.Instance },
    };
}
