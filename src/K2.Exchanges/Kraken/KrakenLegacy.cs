using System.Text.Json;
using K2.Domain;
using K2.Domain.Trades;
using K2.Exchanges.Wire;

namespace K2.Exchanges.Kraken;

/// <summary>
/// Reads messages of Kraken's WebSocket v1, for captures: <c>[channel, [[price, volume, time, side, type, misc], …], "trade", pair]</c>. Its
/// trades have no ids. Theirs are made of the time: microseconds × 1000 plus the place among trades of the same microsecond in the message, so
/// that the same bytes always give the same ids. Another trade of the same microsecond in another message gets the same id: it is recorded as a
/// conflict, never dropped in silence.
/// </summary>
internal static class KrakenLegacy
{
    private const long IdsPerMicrosecond = 1000;
    private const int MinFields = 4;

    public static void ReadEvent(JsonElement json, FrameResult result)
    {
        if (json.Is("event"u8, "heartbeat"u8))
        {
            result.SetControl(ControlKind.Heartbeat);
        }
        else if (json.Is("event"u8, "systemStatus"u8) || json.Is("event"u8, "pong"u8))
        {
            result.SetControl(ControlKind.Status);
        }
        else if (json.Is("event"u8, "subscriptionStatus"u8))
        {
            var pair = json.Member("pair"u8).Shown();
            if (json.Is("status"u8, "subscribed"u8)) result.SetControl(ControlKind.Accepted, symbol: pair);
            else if (json.Is("status"u8, "error"u8)) result.SetControl(ControlKind.Refused, detail: json.Member("errorMessage"u8).Shown(), symbol: pair);
            else result.SetControl(ControlKind.Status);
        }
        else
        {
            result.Reject(RejectReasons.UnknownMessage, $"event '{json.Member("event"u8).Shown()}'");
        }
    }

    public static void ReadData(JsonElement json, VenueSymbols symbols, Timestamp received, TradeSource source, FrameResult result)
    {
        var length = json.GetArrayLength();
        if (length < 4 || json[length - 2].ValueKind != JsonValueKind.String || json[length - 1].ValueKind != JsonValueKind.String)
        {
            result.Reject(RejectReasons.UnknownMessage, "an array without channel name and pair at its end");
            return;
        }

        if (!json[length - 2].Plain().SequenceEqual("trade"u8))
        {
            result.SetIgnored(IgnoredKind.OtherStream);
            return;
        }

        var slot = symbols.FindLegacy(json[length - 1].Plain());
        if (slot < 0)
        {
            result.Reject(RejectReasons.UnknownSymbol, $"symbol '{json[length - 1].Shown()}' is not in the instruments file");
            return;
        }

        if (length != 4 || json[1].ValueKind != JsonValueKind.Array)
        {
            result.Reject(RejectReasons.UnknownMessage, "no list of trades behind the channel's number");
            return;
        }

        var places = new Dictionary<long, int>();
        foreach (var row in json[1].EnumerateArray())
        {
            if (row.ValueKind != JsonValueKind.Array || row.GetArrayLength() < MinFields)
            {
                result.AddBad(RejectReasons.MissingField, "a trade is no list of price, volume, time and side");
                continue;
            }

            var draft = new TradeDraft(symbols.Instruments[slot]);
            draft.Price(row[0], "price", JsonValueKind.String);
            draft.Quantity(row[1], "volume", JsonValueKind.String);
            draft.SecondsTime(row[2], "time", received);
            draft.Side(row[3], "side", "b"u8, "s"u8);
            if (draft.IsGood) draft.Id(MakeId(draft.Microseconds, places));
            draft.AddTo(result, slot, received, source);
        }

        if (result.Trades.IsEmpty && result.BadTrades == 0) result.SetControl(ControlKind.Status, detail: "no trades");
    }

    // Only of a time that was found plausible: any other could leave 64 bits.
    private static long MakeId(long microseconds, Dictionary<long, int> places)
    {
        var place = places.GetValueOrDefault(microseconds);
        places[microseconds] = place + 1;
        return (microseconds * IdsPerMicrosecond) + Math.Min(place, IdsPerMicrosecond - 1);
    }
}
