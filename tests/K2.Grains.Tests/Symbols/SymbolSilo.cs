using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;
using K2.Abstractions.Warehouse;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Grains.Symbols;
using K2.Streaming.Provider;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.TestingHost;

namespace K2.Grains.Tests.Symbols;

/// <summary>A silo with the symbols' grains over the real stream provider.</summary>
internal static class SymbolSilo
{
    public static async Task<InProcessTestCluster> StartAsync(ILog log, InstrumentTable instruments, IWarehouseReader reader, IWarehouseWriter writer, PipelineCounters counters)
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddSingleton(log);
            silo.Services.AddSingleton(instruments);
            silo.Services.AddSingleton(new CandleBookOptions());
            silo.Services.AddSingleton(reader);
            silo.Services.AddSingleton(writer);
            silo.Services.AddSingleton(counters);
            silo.Services.AddSingleton<IProtocolProbe>(NoProtocolProbe.Instance);
            silo.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Critical));
            silo.AddLogStreams(StreamNames.Provider, streams =>
            {
                streams.Topics = log.Topics;
                streams.Namespace = StreamNames.Trades;
                streams.LongPoll = TimeSpan.FromMilliseconds(50);
            });
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return cluster;
    }
}
