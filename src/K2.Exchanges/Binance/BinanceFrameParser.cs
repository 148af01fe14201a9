using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Trades;
using K2.Exchanges.Wire;

namespace K2.Exchanges.Binance;

/// <summary>Reads Binance's messages, wrapped by a combined stream or bare. Stateless and thread-safe.</summary>
internal sealed class BinanceFrameParser(InstrumentTable instruments) : IFrameParser
{
    private const long MicrosecondsPerMillisecond = 1000;
    private const int MaxShown = 64;

    private readonly VenueSymbols _symbols = new(instruments, Exchange.Binance);

    /// <inheritdoc/>
    public IReadOnlyList<Instrument> Instruments => _symbols.Instruments;

    /// <inheritdoc/>
    public void Parse(ReadOnlySpan<byte> frame, Timestamp receivedTime, TradeSource source, FrameResult result)
    {
        result.Clear();
        var trade = default(BinanceTradeFrame);
        if (new BinanceCanonicalReader(frame).TryRead(ref trade)) Build(trade, receivedTime, source, result);
        else ParseAny(frame, receivedTime, source, result);
    }

    /// <summary>Reads a message of any layout. Gives the same result as <see cref="Parse"/>, in more time.</summary>
    internal void ParseAny(ReadOnlySpan<byte> frame, Timestamp receivedTime, TradeSource source, FrameResult result)
    {
        result.Clear();
        if (!Utf8.IsValid(frame))
        {
            result.Reject(RejectReasons.InvalidUtf8, "the bytes are no UTF-8");
            return;
        }

        var json = default(BinanceJsonReader);
        if (!json.TryRead(frame, out var error))
        {
            result.Reject(RejectReasons.BrokenJson, error);
        }
        else if (json.Duplicate is { } duplicate)
        {
            result.Reject(RejectReasons.DuplicateField, $"field '{duplicate}' occurs twice");
        }
        else if (json.EventType.Type != JsonTokenType.None)
        {
            ReadEvent(json, receivedTime, source, result);
        }
        else
        {
            ReadOther(json, result);
        }
    }

    private static void ReadOther(in BinanceJsonReader json, FrameResult result)
    {
        if (json.Error.Type is not JsonTokenType.None and not JsonTokenType.Null || (json.Code.Type != JsonTokenType.None && json.Message.Type != JsonTokenType.None))
        {
            result.SetControl(ControlKind.Refused, RequestId(json), $"{BinanceJsonReader.Text(json.Code)} {BinanceJsonReader.Text(json.Message)}".Trim());
        }
        else if (json.Result.Type != JsonTokenType.None && json.RequestId.Type != JsonTokenType.None)
        {
            result.SetControl(ControlKind.Accepted, RequestId(json), streams: json.Streams);
        }
        else if (json.Stream.Type == JsonTokenType.String && json.Data.Type != JsonTokenType.None)
        {
            // Some streams (bookTicker, partial depth) carry no event type, trades always do.
            if (json.Stream.Bytes.EndsWith("@trade"u8) || json.Stream.Bytes.EndsWith("@aggTrade"u8)) result.Reject(RejectReasons.MissingField, "field 'e' is missing");
            else result.SetIgnored(IgnoredKind.OtherStream);
        }
        else
        {
            result.Reject(RejectReasons.UnknownMessage, "neither an event nor an answer to a request");
        }
    }

    private void ReadEvent(in BinanceJsonReader json, Timestamp receivedTime, TradeSource source, FrameResult result)
    {
        if (json.EventType.Type != JsonTokenType.String)
        {
            result.Reject(RejectReasons.WrongType, $"field 'e' is {json.EventType.Type}, not String");
        }
        else if (json.EventType.Bytes.SequenceEqual("trade"u8) || json.EventType.Bytes.SequenceEqual("aggTrade"u8))
        {
            var trade = new BinanceTradeFrame { IsAggregate = json.EventType.Bytes.Length > 5 };
            if (TryText(json.Symbol, "s", result, out trade.Symbol)
                && (trade.IsAggregate
                    ? TryInteger(json.AggregateOrOrderId, "a", result, out trade.Id)
                        && TryInteger(json.FirstId, "f", result, out trade.FirstId)
                        && TryInteger(json.LastId, "l", result, out trade.LastId)
                    : TryInteger(json.TradeId, "t", result, out trade.Id))
                && TryText(json.Price, "p", result, out trade.Price)
                && TryText(json.Quantity, "q", result, out trade.Quantity)
                && TryInteger(json.Time, "T", result, out trade.Time)
                && TryBoolean(json.BuyerIsMaker, "m", result, out trade.BuyerIsMaker))
                Build(trade, receivedTime, source, result);
        }
        else if (json.EventType.Bytes.SequenceEqual("serverShutdown"u8))
        {
            result.SetControl(ControlKind.Shutdown, detail: "serverShutdown");
        }
        else
        {
            result.SetIgnored(IgnoredKind.OtherStream);
        }
    }

    private void Build(in BinanceTradeFrame frame, Timestamp receivedTime, TradeSource source, FrameResult result)
    {
        var slot = _symbols.Find(frame.Symbol);
        if (slot < 0)
        {
            result.Reject(RejectReasons.UnknownSymbol, $"symbol '{Encoding.UTF8.GetString(frame.Symbol.Length > MaxShown ? frame.Symbol[..MaxShown] : frame.Symbol)}' is not in the instruments file");
            return;
        }

        var instrument = _symbols.Instruments[slot];
        if (frame.IsAggregate != (instrument.TradeKind == TradeKind.Aggregate))
        {
            result.SetIgnored(IgnoredKind.OtherTradeKind);
            return;
        }

        var first = frame.IsAggregate ? frame.FirstId : frame.Id;
        var last = frame.IsAggregate ? frame.LastId : frame.Id;
        if (frame.Id < 0 || first < 0 || last < first)
        {
            result.Reject(RejectReasons.IdOutOfRange, frame.IsAggregate ? $"id {frame.Id} of trades {first} to {last}" : $"id {frame.Id}");
            return;
        }

        if (frame.Time < 0 || frame.Time > TradeTimes.LatestMicroseconds / MicrosecondsPerMillisecond || !TradeTimes.IsPlausible(frame.Time * MicrosecondsPerMillisecond, receivedTime))
        {
            result.Reject(RejectReasons.TimeOutOfRange, $"trade time {frame.Time} is before 2009 or more than a day after the receipt at {receivedTime.Microseconds / MicrosecondsPerMillisecond} ms");
            return;
        }

        if (!WireNumbers.TryParse(frame.Price, instrument.PriceScale, out var price, out var error))
        {
            RejectNumber(error, price: true, frame.Price, instrument.PriceScale, result);
            return;
        }

        if (!WireNumbers.TryParse(frame.Quantity, instrument.QuantityScale, out var quantity, out error))
        {
            RejectNumber(error, price: false, frame.Quantity, instrument.QuantityScale, result);
            return;
        }

        result.AddTrade(slot, new Trade
        {
            TradeId = frame.Id,
            FirstTradeId = first,
            LastTradeId = last,
            Kind = instrument.TradeKind,
            Price = new Price(price),
            Quantity = new Quantity(quantity),
            Side = frame.BuyerIsMaker ? TakerSide.Sell : TakerSide.Buy,
            Source = source,
            ExchangeTime = new Timestamp(frame.Time * MicrosecondsPerMillisecond),
            ReceivedTime = receivedTime,
        });
    }

    private static void RejectNumber(NumberError error, bool price, ReadOnlySpan<byte> text, int scale, FrameResult result)
    {
        var (reason, detail) = WireNumbers.Describe(error, price, text, scale);
        result.Reject(reason, detail);
    }

    private static bool TryText(scoped in JsonField field, string name, FrameResult result, out ReadOnlySpan<byte> text)
    {
        text = field.Bytes;
        if (!CheckType(field, JsonTokenType.String, name, result)) return false;
        if (!field.IsEscaped) return true;

        // None of Binance's texts needs an escape, so an escaped one is not worth unescaping.
        result.Reject(RejectReasons.WrongType, $"field '{name}' holds escapes");
        return false;
    }

    private static bool TryInteger(scoped in JsonField field, string name, FrameResult result, out long value)
    {
        value = 0;
        if (!CheckType(field, JsonTokenType.Number, name, result)) return false;
        if (Utf8Parser.TryParse(field.Bytes, out value, out var used) && used == field.Bytes.Length) return true;

        result.Reject(RejectReasons.WrongType, $"field '{name}' is no 64-bit integer: {BinanceJsonReader.Text(field)}");
        return false;
    }

    private static bool TryBoolean(scoped in JsonField field, string name, FrameResult result, out bool value)
    {
        value = field.Type == JsonTokenType.True;
        return field.Type == JsonTokenType.False || CheckType(field, JsonTokenType.True, name, result);
    }

    private static bool CheckType(scoped in JsonField field, JsonTokenType expected, string name, FrameResult result)
    {
        if (field.Type == expected) return true;
        if (field.Type == JsonTokenType.None) result.Reject(RejectReasons.MissingField, $"field '{name}' is missing");
        else result.Reject(RejectReasons.WrongType, $"field '{name}' is {field.Type}, not {expected}");
        return false;
    }

    private static long RequestId(in BinanceJsonReader json) =>
        json.RequestId.Type == JsonTokenType.Number && Utf8Parser.TryParse(json.RequestId.Bytes, out long id, out var used) && used == json.RequestId.Bytes.Length ? id : -1;
}
