using System.Diagnostics.Metrics;
using K2.Contracts.Connectors;

namespace K2.Grains.Connectors;

/// <summary>
/// This silo's connections as metrics of the meter <c>K2.Connectors</c>, by exchange and part (<c>second</c> for the second one of a pair, else <c>first</c>). An exchange is told by the silo that has
/// its connection and by no other, and by none while it is paused: then its series end.
/// </summary>
internal sealed class ConnectorMetrics : IDisposable
{
    private readonly Meter _meter = new("K2.Connectors");

    /// <param name="running">Returns what the connections of this silo do.</param>
    /// <param name="time">Tells how old a frame is.</param>
    public ConnectorMetrics(Func<IReadOnlyList<(ConnectorStatus Status, bool IsSecond)>> running, TimeProvider time)
    {
        _meter.CreateObservableGauge(
            "k2.connector.state", () => running().Select(one => new Measurement<int>(1, [.. Tags(one.Status, one.IsSecond), new("state", one.Status.State)])), description: "1 for the state that an exchange's connection is in");
        _meter.CreateObservableGauge(
            "k2.connector.frame.age",
            () => running().Where(one => one.Status.LastFrame is not null).Select(one => new Measurement<double>(Math.Max(0, (time.GetUtcNow().UtcDateTime - one.Status.LastFrame!.Value).TotalSeconds), Tags(one.Status, one.IsSecond))),
            "s",
            "Time since the last frame of an exchange");
        Gauge("k2.connector.symbols.wanted", status => status.Desired.Length, "{symbol}", "Symbols asked for");
        Gauge("k2.connector.symbols.confirmed", status => status.Confirmed.Length, "{symbol}", "Symbols whose subscription the exchange confirmed");
        Gauge("k2.connector.gaps.open", status => status.OpenGaps, "{gap}", "Gaps that are being filled");

        void Gauge(string name, Func<ConnectorStatus, int> value, string unit, string description) =>
            _meter.CreateObservableGauge(name, () => running().Select(one => new Measurement<int>(value(one.Status), Tags(one.Status, one.IsSecond))), unit, description);
    }

    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?>[] Tags(ConnectorStatus status, bool isSecond) => [new("exchange", status.Exchange), new("part", isSecond ? "second" : "first")];
}
