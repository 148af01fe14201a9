using K2.Simulator.Synthetic;

namespace K2.Simulator.Exchanges;

/// <summary>Makes random scripts of faults from seeds.</summary>
public static class FaultScripts
{
    private const int MaxAmount = 5;
    private const int MaxSkewMs = 400;

    /// <summary>Returns faults in the order they happen; same arguments, same faults. Restarts of ids are never among them: they are scripted by hand.</summary>
    /// <param name="seed">Any number.</param>
    /// <param name="trades">The faults happen within the first so many trades, but for the last tenth.</param>
    /// <param name="faults">How many.</param>
    /// <param name="longest">The longest duration.</param>
    public static IReadOnlyList<ScriptedFault> Random(ulong seed, int trades, int faults, TimeSpan longest)
    {
        var random = new SplitMix(seed);
        var kinds = Enum.GetValues<FaultKind>().Where(kind => kind != FaultKind.IdRestart).ToArray();
        var script = new List<ScriptedFault>();
        for (var i = 0; i < faults; i++)
        {
            var kind = kinds[random.Below(kinds.Length)];
            var amount = kind switch
            {
                FaultKind.ClockSkew => 1 + random.Below(MaxSkewMs),
                FaultKind.RestSlow => 1 + random.Below((int)longest.TotalMilliseconds),
                FaultKind.RefuseSubscribe => 1,
                _ => 1 + random.Below(MaxAmount),
            };
            script.Add(new ScriptedFault(1 + random.Below(Math.Max(1, trades * 9 / 10)), kind, amount, TimeSpan.FromMilliseconds(1 + random.Below((int)longest.TotalMilliseconds))));
        }

        return [.. script.OrderBy(fault => fault.AfterTrades)];
    }
}
