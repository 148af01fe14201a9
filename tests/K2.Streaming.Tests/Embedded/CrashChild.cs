using System.Buffers.Binary;
using System.Globalization;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;
using K2.Domain.Log;
using K2.Streaming.Embedded;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Streaming.Tests.Embedded;

/// <summary>
/// What this assembly does when a test starts it as a child: append without end and print each acknowledged batch, until it is killed.
/// </summary>
internal static class CrashChild
{
    public const string Variable = "K2_LOG_CRASH_CHILD";
    public const int Writers = 4;

    public static byte[] Payload(int writer, int number)
    {
        var payload = new byte[64 + (number % 50 * 40)];
        new Random((writer * 1_000_003) + number).NextBytes(payload);
        BinaryPrimitives.WriteInt32LittleEndian(payload, writer);
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(4), number);
        return payload;
    }

    public static Task<EmbeddedLog> OpenAsync(string folder, Dictionary<(string, int), LogPosition>? seen = null) => EmbeddedLog.OpenAsync(
        new EmbeddedLogOptions { Folder = folder, Topics = [new LogTopic("t", 2)], SegmentBytes = 256 << 10, RetainBytes = 1L << 30 },
        seen ?? [], TimeProvider.System, NullLogger<EmbeddedLog>.Instance, NoProtocolProbe.Instance, CancellationToken.None);

    public static async Task RunAsync(string folder)
    {
        await using var log = await OpenAsync(folder);
        var start = int.Parse(Environment.GetEnvironmentVariable(Variable + "_START") ?? "0", CultureInfo.InvariantCulture);
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            for (var number = start; ; number++)
            {
                var position = (await log.AppendAsync([new LogAppend("t", $"w{writer}", 1 + (number % 3), Payload(writer, number))], CancellationToken.None))[0];
                if (number % 10 == 0) await log.CommitAsync("t", log.PartitionOf("t", $"w{writer}"), position, CancellationToken.None);
                await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"ack {writer} {number} {position.Version}"));
            }
        })));
    }
}
