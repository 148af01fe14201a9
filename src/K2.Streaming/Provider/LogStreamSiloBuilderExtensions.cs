using K2.Abstractions.Log;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Orleans.Runtime.Providers;
using Orleans.Streams;

namespace K2.Streaming.Provider;

/// <summary>Registers the stream provider.</summary>
public static class LogStreamSiloBuilderExtensions
{
    // An event that fails for this long would be skipped by the agent, and a stream silent for this long forgotten with what it still holds.
    private static readonly TimeSpan Never = TimeSpan.FromDays(3650);

    /// <summary>
    /// Adds a stream provider that reads topics of the registered <see cref="ILog"/>. Each key is a stream of <see cref="PackedBatch"/>; the grain
    /// type that subscribes implicitly to the namespace must be the only one. Delivery is in order and at least once: a batch comes again until
    /// its <c>OnNextAsync</c> has succeeded, and only then its position is committed. <see cref="LogStreamStatus"/> is registered with it.
    /// </summary>
    public static ISiloBuilder AddLogStreams(this ISiloBuilder builder, string name, Action<LogStreamOptions> configure)
    {
        var options = new LogStreamOptions();
        configure(options);
        options.Validate();
        builder.Services.TryAddSingleton<LogStreamStatus>();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.AddPersistentStreams(name, (services, provider) => CreateFactory(services, provider, options), streams =>
        {
            streams.ConfigureStreamPubSub(StreamPubSubType.ImplicitOnly);
            streams.UseConsistentRingQueueBalancer();
            streams.ConfigureBackoffProvider((_, _) => (IMessageDeliveryBackoffProvider)new LogStreamBackoff(options.MinRetryPause, options.MaxRetryPause));
            streams.ConfigureBackoffProvider((_, _) => (IQueueReaderBackoffProvider)new LogStreamBackoff(options.MinRetryPause, options.MaxRetryPause));
            streams.ConfigurePullingAgent(agent => agent.Configure(pulling =>
            {
                // The cache joins containers itself: only with one container a call does a moved cursor prove a delivery.
                pulling.BatchContainerBatchSize = 1;
                pulling.GetQueueMsgsTimerPeriod = options.Period;
                pulling.MaxEventDeliveryTime = Never;
                pulling.StreamInactivityPeriod = Never;
            }));
        });
        return builder;
    }

    private static LogAdapterFactory CreateFactory(IServiceProvider services, string name, LogStreamOptions options) => new(
        name,
        services.GetRequiredService<ILog>(),
        options,
        services.GetRequiredService<LogStreamStatus>(),
        services.GetRequiredService<TimeProvider>(),
        services.GetRequiredService<ILogger<LogAdapterFactory>>());
}
