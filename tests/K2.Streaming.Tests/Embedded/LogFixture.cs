using System.Globalization;
using System.Text;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;
using K2.Domain.Log;
using K2.Streaming.Embedded;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace K2.Streaming.Tests.Embedded;

/// <summary>Opens embedded logs in a folder of its own and reads what they hold.</summary>
internal sealed class LogFixture : IDisposable
{
    public const string Topic = "t";

    private readonly TemporaryFolder _root = new();

    public string Folder => _root.Sub("log");

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2024, 8, 8, 0, 0, 0, TimeSpan.Zero));

    public FaultyLogFiles Disk { get; } = new();

    public long SegmentBytes { get; init; } = 1 << 20;

    public long RetainBytes { get; init; } = 1 << 30;

    public TimeSpan? RetainAge { get; init; }

    public int TailBytes { get; init; } = 1 << 20;

    public IReadOnlyList<LogTopic> Topics { get; init; } = [new LogTopic(Topic, 1)];

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public string Sub(string name) => _root.Sub(name);

    public Task<EmbeddedLog> OpenAsync(LogPosition? seen = null, string? folder = null, IProtocolProbe? probe = null)
    {
        var highest = new Dictionary<(string, int), LogPosition>();
        if (seen is { } position) highest[(Topic, 0)] = position;
        var options = new EmbeddedLogOptions
        {
            Folder = folder ?? Folder,
            Topics = Topics,
            SegmentBytes = SegmentBytes,
            RetainBytes = RetainBytes,
            RetainAge = RetainAge,
            TailBytes = TailBytes,
        };
        return EmbeddedLog.OpenAsync(options, highest, Time, NullLogger.Instance, probe ?? NoProtocolProbe.Instance, Disk, Token);
    }

    public static LogAppend Batch(string payload, int records = 1, string key = "k", string topic = Topic) => new(topic, key, records, Encoding.UTF8.GetBytes(payload));

    public static async Task<LogPosition> AppendAsync(ILog log, string payload, int records = 1, string key = "k") => (await log.AppendAsync([Batch(payload, records, key)], Token))[0];

    /// <summary>Returns epoch/offset and payload of each entry.</summary>
    public static async Task<List<string>> ReadAsync(ILog log, LogPosition from = default, string topic = Topic, int partition = 0)
    {
        await using var reader = log.OpenReader(topic, partition, from);
        var all = new List<string>();
        while (await reader.ReadAsync(4096, TimeSpan.Zero, Token) is { Count: > 0 } entries)
            all.AddRange(entries.Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.First} {Encoding.UTF8.GetString(entry.Payload)}")));
        return all;
    }

    public List<string> Segments(string? folder = null) => [.. Directory.GetFiles(folder ?? Folder, "*.k2log").Order()];

    /// <summary>Returns the segment file that holds the newest entries: each opening begins a file of its own.</summary>
    public string LastSegment(string? folder = null) => Segments(folder)[^1];

    public static void Cut(string path, long bytes)
    {
        using var file = File.Open(path, FileMode.Open);
        file.SetLength(file.Length - bytes);
    }

    public static void Damage(string path, long at, int count = 1)
    {
        using var file = File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        for (var i = 0; i < count; i++)
        {
            file.Position = at + i;
            var value = file.ReadByte();
            file.Position = at + i;
            file.WriteByte((byte)(value ^ 0x5A));
        }
    }

    public void Dispose() => _root.Dispose();
}
