using System.Globalization;
using K2.Domain.Instruments;
using K2.Simulator.Exchanges;

namespace K2.Cli.Simulation;

/// <summary>Random faults on running exchanges, one at a time: kinds, amounts and durations come from the seed.</summary>
internal sealed class FaultStorm(SimulatedVenues venues, ulong seed)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(8);
    private readonly IReadOnlyList<ScriptedFault> _script = FaultScripts.Random(seed, int.MaxValue / 10, 4096, Longest);
    private int _next;

    public int Happened => _next;

    /// <summary>Lets the next one happen and says what it was.</summary>
    public string Next()
    {
        var fault = _script[_next % _script.Count];
        var venue = venues.All[_next % venues.All.Count];
        _next++;
        venue.Inject(fault.Kind, fault.Amount, fault.Duration);
        return string.Create(CultureInfo.InvariantCulture, $"fault {_next}: {fault.Kind} on {venue.Exchange.ToName()}, amount {fault.Amount}, {fault.Duration.TotalSeconds:0.0} s");
    }
}
