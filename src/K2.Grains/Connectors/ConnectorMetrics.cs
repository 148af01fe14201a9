using System.Diagnostics.Metrics;
using K2.Contracts.Connectors;

namespace K2.Grains.Connectors;

/// <summary>
/// This silo's connections as metrics of the meter <c>K2.Connectors</c>, by exchange. An exchange is told by the silo that has its connection and by no other, and by
/// none while it is paused: then its series end.
/// </summary>
internal sealed class ConnectorMetrics : IDisposable
{
    private readonly Meter _meter = new("K2.Connectors");

    /// <param name="running">Returns what the connections of this silo do.</param>
    /// <param name="time">Tells how old a frame is.</param>
    public ConnectorMetrics(Func<IReadOnlyList<ConnectorStatus>> running, TimeProvider time)
    {
        _meter.CreateObservableGauge("k2.connector.state", () => running().Select(status => new Measurement<int>(1, Exchange(status), new("state", status.State))), description: "1 for the state that an exchange's connection is in");
        _meter.CreateObservableGauge(
            "k2.connector.frame.age",
            () => running().Where(status => status.LastFrame is not null).Select(status => new Measurement<double>(Math.Max(0, (time.GetUtcNow().UtcDateTime - status.LastFrame!.Value).TotalSeconds), Exchange(status))),
            "s",
            "Time since the last frame of an exchange");
        _meter.CreateObservableGauge("k2.connector.symbols.wanted", () => running().Select(status => new Measurement<int>(status.Desired.Length, Exchange(status))), "{symbol}", "Symbols asked for");
        _meter.CreateObservableGauge("k2.connector.symbols.confirmed", () => running().Select(status => new Measurement<int>(status.Confirmed.Length, Exchange(status))), "{symbol}", "Symbols whose subscription the exchange confirmed");
        _meter.CreateObservableGauge("k2.connector.gaps.open", () => running().Select(status => new Measurement<int>(status.OpenGaps, Exchange(status))), "{gap}", "Gaps that are being filled");
    }

    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> Exchange(ConnectorStatus status) => new("exchange", status.Exchange);
}
