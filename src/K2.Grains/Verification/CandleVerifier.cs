using System.Collections.Immutable;
using K2.Abstractions.Warehouse;
using K2.Contracts.Symbols;
using K2.Contracts.Verification;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Exchanges.Candles;
using K2.Exchanges.Rest;

namespace K2.Grains.Verification;

/// <summary>
/// Compares closed candles with the exchange's own. Compared is what both sides can know: from the later one of the platform's first candle and the
/// exchange's first published one, up to windows that ended a minute ago.
/// </summary>
internal sealed class CandleVerifier(ICandleHistory history, RestApi rest, IWarehouseReader reader, TimeProvider time)
{
    private const int CandlesPerRead = 10_000;
    private const int Attempts = 5;
    private const int LeastWindows = 2;
    private const int PublishedDigits = 8;

    // What an exchange publishes may lag a little behind its trades.
    private static readonly TimeSpan Settling = TimeSpan.FromMinutes(1);

    public async Task<SymbolVerification> VerifyAsync(Instrument instrument, TimeSpan range, CancellationToken cancellationToken)
    {
        var now = Timestamp.From(time.GetUtcNow());
        var outcomes = ImmutableArray.CreateBuilder<TimeframeVerification>();
        var problem = "";
        foreach (var timeframe in history.Timeframes)
        {
            var to = timeframe.WindowStart(now.Add(-Settling));
            var length = timeframe.LengthMicroseconds();
            var from = timeframe.WindowStart(new Timestamp(to.Microseconds - Math.Max((long)range.TotalMicroseconds, LeastWindows * length)));
            var ours = await OursAsync(instrument, timeframe, from, to, cancellationToken);
            var (theirs, failure) = await TheirsAsync(instrument, timeframe, from, to, cancellationToken);
            if (failure is not null)
            {
                problem = $"{timeframe.ToName()}: {failure}";
                break;
            }

            outcomes.Add(Compare(timeframe, ours, theirs));
        }

        return new SymbolVerification
        {
            Exchange = instrument.Id.Exchange.ToName(),
            Symbol = instrument.Id.Symbol,
            At = now.ToDateTime(),
            Timeframes = outcomes.ToImmutable(),
            Problem = problem,
        };
    }

    internal static TimeframeVerification Compare(Timeframe timeframe, IReadOnlyList<CandleView> ours, IReadOnlyList<ExchangeCandle> theirs)
    {
        int equal = 0, different = 0, missing = 0, incomplete = 0, notServed = 0;
        var first = "";
        var firstServed = theirs.Count == 0 ? DateTime.MaxValue : theirs.Min(candle => candle.WindowStart).ToDateTime();
        var published = theirs.Where(candle => !candle.IsEmpty).ToDictionary(candle => candle.WindowStart.ToDateTime());
        foreach (var candle in ours.Where(candle => candle.Closed))
        {
            if (candle.WindowStart < firstServed)
            {
                notServed++;
            }
            else if (published.Remove(candle.WindowStart, out var other) && Difference(candle, other) is var difference && difference.Length == 0)
            {
                equal++;
            }
            else if (candle.Complete != Completeness.Yes)
            {
                incomplete++;
            }
            else
            {
                different++;
                if (first.Length == 0) first = $"{candle.WindowStart:yyyy-MM-dd'T'HH:mm'Z'} {(other is null ? "is not published by the exchange" : Difference(candle, other))}";
            }
        }

        // An exchange's candle without one of ours: only within the time that we have been taking trades.
        foreach (var other in published.Values.OrderBy(candle => candle.WindowStart))
        {
            var start = other.WindowStart.ToDateTime();
            if (ours.Count == 0 || start < ours[0].WindowStart || start > ours[^1].WindowStart || ours.Any(candle => candle.WindowStart == start)) continue;
            missing++;
            if (first.Length == 0) first = $"{start:yyyy-MM-dd'T'HH:mm'Z'} is missing";
        }

        return new TimeframeVerification { Timeframe = timeframe.ToName(), Equal = equal, Different = different, Missing = missing, Incomplete = incomplete, NotServed = notServed, FirstDifference = first };
    }

    private static string Difference(CandleView ours, ExchangeCandle theirs)
    {
        (string Name, decimal Ours, decimal? Theirs)[] values =
        [
            ("open", ours.Open, theirs.Open), ("high", ours.High, theirs.High), ("low", ours.Low, theirs.Low), ("close", ours.Close, theirs.Close),
            ("volume", ours.Volume, theirs.Volume), ("quote volume", ours.QuoteVolume, HasPublishedDigits(ours.QuoteVolume) ? theirs.QuoteVolume : null), ("trades", ours.TradeCount, theirs.TradeCount),
        ];
        return string.Join(", ", values.Where(value => value.Theirs is { } published && published != value.Ours).Select(value => FormattableString.Invariant($"{value.Name} {value.Ours}, the exchange has {value.Theirs}")));
    }

    // Exchanges publish eight digits. How they round a sum that has more is not documented, so such a sum proves nothing.
    private static bool HasPublishedDigits(decimal number) => decimal.Round(number, PublishedDigits) == number;

    private async Task<List<CandleView>> OursAsync(Instrument instrument, Timeframe timeframe, Timestamp from, Timestamp to, CancellationToken cancellationToken)
    {
        var candles = new List<CandleView>();
        Timestamp? next = from;
        while (next is { } start)
        {
            next = null;
            var count = 0;
            await foreach (var candle in reader.ReadCandlesAsync(new CandleQuery(instrument.Id, timeframe, start, to, CandlesPerRead, NewestFirst: false), cancellationToken))
            {
                candles.Add(candle.ToView(instrument));
                if (++count == CandlesPerRead) next = candle.WindowEnd;
            }
        }

        return candles;
    }

    private async Task<(List<ExchangeCandle> Candles, string? Problem)> TheirsAsync(Instrument instrument, Timeframe timeframe, Timestamp from, Timestamp to, CancellationToken cancellationToken)
    {
        var candles = new List<ExchangeCandle>();
        Timestamp? next = from;
        for (var attempt = 0; next is { } start;)
        {
            var answer = await rest.GetAsync(instrument.Id, history.Query(instrument, timeframe, start, to), cancellationToken);
            var page = answer is null ? CandleAnswer.Bad(rest.LastError) : history.Read(instrument, timeframe, start, to, answer.Body);
            if (page.Problem is { } problem)
            {
                if (answer is not null) rest.Fail($"candles of {instrument.Id}: {problem}");
                if (++attempt == Attempts) return ([], problem);
                continue;
            }

            rest.Succeeded();
            candles.AddRange(page.Candles.Where(candle => candle.WindowStart >= from && candle.WindowStart < to));
            next = page.Next;
        }

        // Pages may begin before what was asked for, and then overlap.
        return ([.. candles.DistinctBy(candle => candle.WindowStart)], null);
    }
}
