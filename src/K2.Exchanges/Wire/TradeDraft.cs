using System.Buffers.Text;
using System.Text.Json;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Trades;

namespace K2.Exchanges.Wire;

/// <summary>
/// One trade of a message with several, as it is read field by field. The first thing that is wrong with it is kept; a bad trade does not cost the
/// good ones beside it.
/// </summary>
internal ref struct TradeDraft(Instrument instrument)
{
    private long _id;
    private long _price;
    private long _quantity;
    private long _time;
    private TakerSide _side;
    private long _first = -1;
    private long _last = -1;
    private string _reason = "";
    private string _detail = "";

    /// <summary>Whether nothing wrong was found so far.</summary>
    public readonly bool IsGood => _reason.Length == 0;

    /// <summary>Reads the id: a whole number, as number or text, from 1 unless the exchange counts from 0.</summary>
    public void Id(JsonElement field, string name, long least = 1)
    {
        if (!Has(field, name)) return;
        if (!TryInteger(field, out _id)) Fail(RejectReasons.WrongType, $"field '{name}' is no 64-bit integer: {field.Shown()}");
        else if (_id < least) Fail(RejectReasons.IdOutOfRange, $"id {_id}");
    }

    /// <summary>Takes an id that was made elsewhere.</summary>
    public void Id(long id) => _id = id;

    /// <summary>Reads the price; a number where the exchange writes numbers, else a text.</summary>
    public void Price(JsonElement field, string name, JsonValueKind kind) => Number(field, name, kind, true, instrument.PriceScale, ref _price);

    /// <summary>Reads the quantity; a number where the exchange writes numbers, else a text.</summary>
    public void Quantity(JsonElement field, string name, JsonValueKind kind) => Number(field, name, kind, false, instrument.QuantityScale, ref _quantity);

    /// <summary>Reads the side.</summary>
    /// <param name="field">The value.</param>
    /// <param name="name">Its name.</param>
    /// <param name="buy">The text that means that the taker bought.</param>
    /// <param name="sell">The text that means that the taker sold.</param>
    public void Side(JsonElement field, string name, ReadOnlySpan<byte> buy, ReadOnlySpan<byte> sell)
    {
        if (!Has(field, name)) return;
        var text = field.ValueKind == JsonValueKind.String ? field.Plain() : default;
        if (text.SequenceEqual(buy)) _side = TakerSide.Buy;
        else if (text.SequenceEqual(sell)) _side = TakerSide.Sell;
        else Fail(RejectReasons.SideMalformed, $"field '{name}' is '{field.Shown()}'");
    }

    /// <summary>Reads an ISO 8601 time.</summary>
    public void IsoTime(JsonElement field, string name, Timestamp received)
    {
        if (!Has(field, name)) return;
        if (field.ValueKind != JsonValueKind.String || !TradeTimes.TryParseIso(field.Plain(), out _time)) Fail(RejectReasons.WrongType, $"field '{name}' is no time in UTC: {field.Shown()}");
        else CheckTime(received);
    }

    /// <summary>Reads seconds since the Unix epoch, as number or text.</summary>
    public void SecondsTime(JsonElement field, string name, Timestamp received)
    {
        if (!Has(field, name)) return;
        if (!TradeTimes.TryParseSeconds(field.Plain(), out _time)) Fail(RejectReasons.WrongType, $"field '{name}' is no time in seconds: {field.Shown()}");
        else CheckTime(received);
    }

    /// <summary>Reads milliseconds since the Unix epoch.</summary>
    public void MillisecondsTime(JsonElement field, string name, Timestamp received)
    {
        if (!Has(field, name)) return;
        if (!TryInteger(field, out var milliseconds) || milliseconds is < 0 or > TradeTimes.LatestMicroseconds / 1000) Fail(RejectReasons.TimeOutOfRange, $"field '{name}' is no time in milliseconds: {field.Shown()}");
        else _time = milliseconds * 1000;
        if (IsGood) CheckTime(received);
    }

    /// <summary>Reads microseconds since the Unix epoch.</summary>
    public void MicrosecondsTime(JsonElement field, string name, Timestamp received)
    {
        if (!Has(field, name)) return;
        if (!TryInteger(field, out _time)) Fail(RejectReasons.TimeOutOfRange, $"field '{name}' is no time in microseconds: {field.Shown()}");
        else CheckTime(received);
    }

    /// <summary>Reads whether the buyer was the maker, so that the taker sold.</summary>
    public void MakerBought(JsonElement field, string name)
    {
        if (!Has(field, name)) return;
        if (field.ValueKind is JsonValueKind.True or JsonValueKind.False) _side = field.ValueKind == JsonValueKind.True ? TakerSide.Sell : TakerSide.Buy;
        else Fail(RejectReasons.WrongType, $"field '{name}' is {field.ValueKind}, not True or False");
    }

    /// <summary>Reads first and last id of an aggregate trade.</summary>
    public void Range(JsonElement first, JsonElement last)
    {
        if (!Has(first, "f") || !Has(last, "l")) return;
        if (!TryInteger(first, out var from) || !TryInteger(last, out var to)) Fail(RejectReasons.WrongType, "field 'f' or 'l' is no 64-bit integer");
        else if (from < 0 || to < from) Fail(RejectReasons.IdOutOfRange, $"trades {from} to {to}");
        else (_first, _last) = (from, to);
    }

    /// <summary>The time read, in microseconds.</summary>
    public readonly long Microseconds => _time;

    /// <summary>Adds the trade to the result, or what is wrong with it.</summary>
    public readonly void AddTo(FrameResult result, int slot, Timestamp received, TradeSource source)
    {
        if (!IsGood)
        {
            result.AddBad(_reason, _detail);
            return;
        }

        result.AddTrade(slot, new Trade
        {
            TradeId = _id,
            FirstTradeId = _first < 0 ? _id : _first,
            LastTradeId = _first < 0 ? _id : _last,
            Kind = instrument.TradeKind,
            Price = new Price(_price),
            Quantity = new Quantity(_quantity),
            Side = _side,
            Source = source,
            ExchangeTime = new Timestamp(_time),
            ReceivedTime = received,
        });
    }

    private void Number(JsonElement field, string name, JsonValueKind kind, bool isPrice, int scale, ref long mantissa)
    {
        if (!Has(field, name)) return;
        var text = field.Plain();
        if (field.ValueKind != kind)
        {
            Fail(RejectReasons.WrongType, $"field '{name}' is {field.ValueKind}, not {kind}");
        }
        else if (!(kind == JsonValueKind.Number ? WireNumbers.TryParseJson(text, scale, out mantissa, out var error) : WireNumbers.TryParse(text, scale, out mantissa, out error)))
        {
            var (reason, detail) = WireNumbers.Describe(error, isPrice, text, scale);
            Fail(reason, detail);
        }
    }

    private static bool TryInteger(JsonElement field, out long value)
    {
        var text = field.Plain();
        return Utf8Parser.TryParse(text, out value, out var used) && used == text.Length && text[0] != '+';
    }

    private void CheckTime(Timestamp received)
    {
        if (!TradeTimes.IsPlausible(_time, received)) Fail(RejectReasons.TimeOutOfRange, $"trade time {_time} µs is before 2009 or more than a day after the receipt at {received}");
    }

    private bool Has(JsonElement field, string name)
    {
        if (field.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null)) return true;
        Fail(RejectReasons.MissingField, $"field '{name}' is missing");
        return false;
    }

    private void Fail(string reason, string detail)
    {
        if (!IsGood) return;
        _reason = reason;
        _detail = detail;
    }
}
