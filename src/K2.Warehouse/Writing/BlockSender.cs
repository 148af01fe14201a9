using ClickHouse.Driver;

namespace K2.Warehouse.Writing;

/// <summary>
/// Sends one block as one insert and repeats it until ClickHouse has taken it. A repeat may be stored beside the first, as the same rows under the same keys: the
/// engine's own deduplication would take a block for stored whose part a kill has kept from its place.
/// </summary>
internal sealed class BlockSender(ClickHouseClient client, TimeProvider time, OutageLog outages, WriterMetrics metrics)
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(2);

    /// <summary>Returns when the block is durable. An unreachable server is waited for; a refusal that a repeat cannot mend is thrown.</summary>
    /// <exception cref="InsertRefusedException">ClickHouse refused the block itself.</exception>
    public async Task SendAsync(string table, NativeBlock block, CancellationToken cancellationToken)
    {
        if (block.Rows == 0) return;
        using var data = block.ToStream();
        for (var retry = FirstRetry; ; retry = retry * 2 < LastRetry ? retry * 2 : LastRetry)
        {
            try
            {
                data.Position = 0;

                // By default a block that touches more than 100 days is refused with the code of "too many parts", which a repeat never mends.
                var settings = new Dictionary<string, object> { ["insert_deduplicate"] = 0, ["async_insert"] = 0, ["max_partitions_per_insert_block"] = 0 };
                using var answer = await client.InsertRawStreamAsync(table, new UnclosedStream(data), "Native", null, useCompression: false, new QueryOptions { CustomSettings = settings }, cancellationToken);
                outages.Passed();
                metrics.Took(table, block.Rows);
                return;
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                var failureClass = InsertFailure.Classify(failure);
                metrics.Failed(failureClass);
                if (failureClass != FailureClass.Transient) throw Refused(table, block.Rows, failureClass, failure);
                outages.Failed(table, block.Rows, retry, failure.Message);
                await Task.Delay(retry, time, cancellationToken);
            }
        }
    }

    private InsertRefusedException Refused(string table, int rows, FailureClass failureClass, Exception failure)
    {
        var refused = new InsertRefusedException($"ClickHouse refused {rows} rows of {table}: {failure.Message}", failureClass, failure);
        if (failureClass == FailureClass.Fatal) outages.Refused(refused.Message);
        return refused;
    }
}
