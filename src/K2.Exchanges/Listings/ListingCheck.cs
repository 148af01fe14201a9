using System.Collections.Immutable;
using K2.Domain.Instruments;
using K2.Exchanges.Rest;
using Microsoft.Extensions.Logging;

namespace K2.Exchanges.Listings;

/// <summary>
/// Asks an exchange about each instrument, at the start and every day: an unknown or delisted symbol would otherwise look like a quiet market, and a finer price
/// than the instruments file allows would only show in the dead letters.
/// </summary>
/// <param name="listing">How the exchange is asked.</param>
/// <param name="rest">Its REST API.</param>
/// <param name="instruments">What is asked about.</param>
/// <param name="mayAsk">Whether nothing more urgent is to be asked: both share what the exchange allows in a minute.</param>
/// <param name="time">Clock and timers.</param>
/// <param name="logger">Log of what is wrong.</param>
public sealed partial class ListingCheck(ISymbolListing listing, RestApi rest, IReadOnlyList<Instrument> instruments, Func<bool> mayAsk, TimeProvider time, ILogger logger)
{
    // The first seconds belong to connections, and to the gaps that their first trades show.
    private static readonly TimeSpan StartWait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Interval = TimeSpan.FromDays(1);
    private static readonly TimeSpan RetryWait = TimeSpan.FromMinutes(1);
    private volatile ImmutableDictionary<InstrumentId, string> _problems = ImmutableDictionary<InstrumentId, string>.Empty;

    /// <summary>What is wrong, for each instrument where something is. Thread-safe.</summary>
    public ImmutableDictionary<InstrumentId, string> Problems => _problems;

    /// <summary>Asks until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await Task.Delay(StartWait, time, stop);
            while (true) await Task.Delay(await AskAllAsync(stop) ? Interval : RetryWait, time, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The connector stops.
        }
    }

    /// <summary>Asks about every instrument; false if an answer is missing.</summary>
    private async Task<bool> AskAllAsync(CancellationToken stop)
    {
        var isWhole = true;
        foreach (var instrument in instruments)
        {
            while (!mayAsk()) await Task.Delay(Look, time, stop);
            var answer = await rest.GetAsync(instrument.Id, listing.Query(instrument), stop);
            if (answer is null || listing.Read(instrument, answer.Status, answer.Body) is not { } problem)
            {
                isWhole = false;
                continue;
            }

            rest.Succeeded();
            var known = _problems.GetValueOrDefault(instrument.Id, "");
            if (problem == known) continue;
            if (problem.Length > 0) LogProblem(instrument.Id, problem);
            else LogMended(instrument.Id);
            _problems = problem.Length > 0 ? _problems.SetItem(instrument.Id, problem) : _problems.Remove(instrument.Id);
        }

        return isWhole;
    }

    [LoggerMessage(2020, LogLevel.Warning, "{Instrument}: {Problem}")]
    private partial void LogProblem(InstrumentId instrument, string problem);

    [LoggerMessage(2021, LogLevel.Information, "{Instrument} is traded again as configured")]
    private partial void LogMended(InstrumentId instrument);
}
