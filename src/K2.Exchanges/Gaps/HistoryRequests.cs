using K2.Domain;
using K2.Domain.Instruments;
using K2.Exchanges.Rest;

namespace K2.Exchanges.Gaps;

/// <summary>
/// Takes requests for past trades: finds the first id, and has the missing ones recorded as gaps. From there on they are filled like any other
/// gap, also after a restart, so a request needs nobody to wait for it.
/// </summary>
/// <param name="history">How the exchange is asked.</param>
/// <param name="keeper">Knows what is there.</param>
/// <param name="rest">The exchange's REST API.</param>
/// <param name="time">Clock.</param>
public sealed class HistoryRequests(ITradeHistory history, FeedKeeper keeper, RestApi rest, TimeProvider time)
{
    private const int MaxSteps = 200;
    private const int MaxFailures = 5;

    /// <summary>Asks for all trades from a moment on.</summary>
    /// <exception cref="InvalidOperationException">No trade is known yet, or the exchange does not answer.</exception>
    public async Task<HistoryProgress> RequestAsync(Instrument instrument, Timestamp from, CancellationToken cancellationToken)
    {
        var feed = Feed(instrument);
        if (feed.LowestOwn is not { } lowest) throw new InvalidOperationException($"No trade of {instrument.Id} is known yet: wait for the first one and ask again.");
        if (feed.NewestAnonymous is { } imported && from <= imported)
            throw new InvalidOperationException($"Trades up to {imported} came from a file without ids, and the exchange's own would count twice: ask for trades behind that moment.");
        var search = new IdSearch(from, lowest.Id);
        if (from >= lowest.Time || lowest.Id <= 0) search.Found(lowest.Id);
        for (int step = 0, failures = 0; !search.IsDone; step++)
        {
            if (step == MaxSteps || failures == MaxFailures) throw new InvalidOperationException($"The exchange does not say what was traded at {from}: {rest.LastError}.");
            if (await rest.GetAsync(instrument.Id, history.Locate(instrument, search), cancellationToken) is not { } answer)
            {
                failures++;
                continue;
            }

            if (history.ReadLocated(instrument, search, answer.Body, Timestamp.From(time.GetUtcNow())) is not { } problem)
            {
                rest.Succeeded();
                continue;
            }

            failures++;
            rest.Fail($"a search for the trades of {instrument.Id} at {from}: {problem}");
        }

        await keeper.OpenHistoryAsync(feed, search.High, from, cancellationToken);
        return Progress(instrument, search.High, lowest.Id - 1);
    }

    /// <summary>Returns how far a request is.</summary>
    public HistoryProgress Progress(Instrument instrument, long firstId, long lastId)
    {
        var feed = Feed(instrument);
        var known = feed.CountKnown(firstId, lastId);
        return new HistoryProgress(firstId, lastId, known, feed.Gaps.Any(gap => gap.Bounds.FirstId <= lastId && gap.Bounds.LastId >= firstId));
    }

    private InstrumentFeed Feed(Instrument instrument) => keeper.Find(instrument.Id) ?? throw new InvalidOperationException($"{instrument.Id} is not taken now.");
}
