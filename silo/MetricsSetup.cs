using System.Diagnostics.Metrics;
using K2.Contracts.Hosting;
using OpenTelemetry.Metrics;

namespace K2.Silo;

/// <summary>
/// <c>/metrics</c> in Prometheus' text form: the platform's meters, Orleans', the runtime's and the web server's. No series carries a symbol, so that their number grows with
/// exchanges, partitions, tables and grain types only.
/// </summary>
internal static class MetricsSetup
{
    /// <summary>Adds what collects them.</summary>
    public static void AddMetrics(this WebApplicationBuilder builder, SiloOptions options)
    {
        builder.Services.AddSingleton(BuildMeter(options.RoleName));
        builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter("K2.*", "Microsoft.Orleans")
            .AddRuntimeInstrumentation()
            .AddAspNetCoreInstrumentation()
            .AddPrometheusExporter());
    }

    /// <summary>Serves them.</summary>
    public static void MapMetrics(this WebApplication app) => app.MapPrometheusScrapingEndpoint("/metrics");

    private static Meter BuildMeter(string role)
    {
        var meter = new Meter("K2.Build");
        var version = ProductVersion.Current;
        meter.CreateObservableGauge("k2.build.info", () => new Measurement<int>(1, new("version", version.Number), new("commit", version.Commit), new("role", role)), description: "1, with the build and the role of the process");
        return meter;
    }
}
