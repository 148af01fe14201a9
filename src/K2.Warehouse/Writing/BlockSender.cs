using System.Net;
using ClickHouse.Driver;
using K2.Abstractions;
using Microsoft.Extensions.Logging;

namespace K2.Warehouse.Writing;

/// <summary>Sends one block as one insert and repeats it, with one deduplication token, until ClickHouse has taken it.</summary>
internal sealed partial class BlockSender(ClickHouseClient client, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(2);

    /// <summary>Returns when the block is durable. An unreachable server is waited for; a refusal that a repeat cannot mend is thrown.</summary>
    /// <exception cref="K2Exception">ClickHouse refused the block itself.</exception>
    public async Task SendAsync(string table, NativeBlock block, CancellationToken cancellationToken)
    {
        if (block.Rows == 0) return;
        var token = Guid.NewGuid().ToString("N");
        using var data = block.ToStream();
        for (var retry = FirstRetry; ; retry = retry * 2 < LastRetry ? retry * 2 : LastRetry)
        {
            try
            {
                data.Position = 0;
                var options = new QueryOptions { CustomSettings = new Dictionary<string, object> { ["insert_deduplication_token"] = token, ["async_insert"] = 0 } };
                using var answer = await client.InsertRawStreamAsync(table, new UnclosedStream(data), "Native", null, useCompression: false, options, cancellationToken);
                return;
            }
            catch (Exception failure) when (IsTransient(failure, cancellationToken))
            {
                LogRetry(table, block.Rows, retry.TotalMilliseconds, failure.Message);
                await Task.Delay(retry, time, cancellationToken);
            }
            catch (ClickHouseServerException refused)
            {
                throw new K2Exception($"ClickHouse refused {block.Rows} rows of {table}: {refused.Message}", false, refused);
            }
        }
    }

    private static bool IsTransient(Exception failure, CancellationToken cancellationToken) => failure switch
    {
        ClickHouseServerException refused => refused.ErrorCode is 159 or 160 or 202 or 209 or 210 or 236 or 241 or 243 or 252 or 319 or 1001,
        HttpRequestException or IOException or WebException => true,
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        _ => false,
    };

    [LoggerMessage(EventId = 4101, Level = LogLevel.Warning, Message = "{Table}: {Rows} rows wait for ClickHouse, again in {RetryMs} ms: {Reason}")]
    private partial void LogRetry(string table, int rows, double retryMs, string reason);
}
