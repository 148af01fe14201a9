using System.Text;
using System.Text.Json;

namespace K2.Exchanges.Binance;

/// <summary>
/// Reads any JSON object into the fields that Binance's messages use. Single messages and the content of a combined stream's
/// <c>data</c> share no field name with the wrapper, so one set of fields serves both.
/// </summary>
internal ref struct BinanceJsonReader
{
    public JsonField Stream;
    public JsonField Data;
    public JsonField Result;
    public JsonField RequestId;
    public JsonField Error;
    public JsonField Code;
    public JsonField Message;
    public JsonField EventType;
    public JsonField EventTime;
    public JsonField Symbol;
    public JsonField TradeId;
    public JsonField AggregateOrOrderId;
    public JsonField FirstId;
    public JsonField LastId;
    public JsonField Price;
    public JsonField Quantity;
    public JsonField Time;
    public JsonField BuyerIsMaker;

    /// <summary>The streams of an answer to LIST_SUBSCRIPTIONS, or null.</summary>
    public List<string>? Streams;

    /// <summary>The name of a field that occurs twice, or null.</summary>
    public string? Duplicate;

    private const int MaxMessageLength = 500;
    private const int MaxDepth = 32;

    /// <summary>Reads a message to its end.</summary>
    /// <returns>False with what is wrong if the bytes are not one JSON object.</returns>
    public bool TryRead(ReadOnlySpan<byte> frame, out string error)
    {
        var json = new Utf8JsonReader(frame, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            {
                error = $"a message is one JSON object, not {json.TokenType}";
                return false;
            }

            ReadObject(ref json, inData: false);
            while (json.Read())
            {
            }

            error = "";
            return true;
        }
        catch (JsonException e)
        {
            // Poison only: the canonical reader has taken every message of the usual form before.
            error = e.Message.ReplaceLineEndings(" ");
            return false;
        }
    }

    /// <summary>Returns a field's text.</summary>
    public static string Text(in JsonField field)
    {
        var bytes = field.Bytes.Length > MaxMessageLength ? field.Bytes[..MaxMessageLength] : field.Bytes;
        return Encoding.UTF8.GetString(bytes);
    }

    private void ReadObject(ref Utf8JsonReader json, bool inData)
    {
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            // A name with escapes is none of ours; ValueSpan then holds the escapes and matches nothing.
            var name = json.ValueSpan;
            json.Read();
            ReadField(ref json, name, inData);
        }
    }

    private void ReadField(ref Utf8JsonReader json, ReadOnlySpan<byte> name, bool inData)
    {
        if (name.Length == 1)
        {
            switch (name[0])
            {
                case (byte)'e': Set(ref json, ref EventType, name); return;
                case (byte)'E': Set(ref json, ref EventTime, name); return;
                case (byte)'s': Set(ref json, ref Symbol, name); return;
                case (byte)'t': Set(ref json, ref TradeId, name); return;
                case (byte)'a': Set(ref json, ref AggregateOrOrderId, name); return;
                case (byte)'f': Set(ref json, ref FirstId, name); return;
                case (byte)'l': Set(ref json, ref LastId, name); return;
                case (byte)'p': Set(ref json, ref Price, name); return;
                case (byte)'q': Set(ref json, ref Quantity, name); return;
                case (byte)'T': Set(ref json, ref Time, name); return;
                case (byte)'m': Set(ref json, ref BuyerIsMaker, name); return;
                default: json.Skip(); return;
            }
        }

        if (inData)
        {
            json.Skip();
        }
        else if (name.SequenceEqual("stream"u8))
        {
            Set(ref json, ref Stream, name);
        }
        else if (name.SequenceEqual("data"u8) || name.SequenceEqual("event"u8))
        {
            if (json.TokenType != JsonTokenType.StartObject)
            {
                Set(ref json, ref Data, name);
                return;
            }

            if (Data.Type != JsonTokenType.None) Duplicate ??= "data";
            Data.Type = JsonTokenType.StartObject;
            ReadObject(ref json, inData: true);
        }
        else if (name.SequenceEqual("result"u8))
        {
            ReadResult(ref json, name);
        }
        else if (name.SequenceEqual("error"u8) && json.TokenType == JsonTokenType.StartObject)
        {
            if (Error.Type != JsonTokenType.None) Duplicate ??= "error";
            Error.Type = JsonTokenType.StartObject;
            ReadObject(ref json, inData: false);
        }
        else if (name.SequenceEqual("error"u8))
        {
            Set(ref json, ref Error, name);
        }
        else if (name.SequenceEqual("id"u8))
        {
            Set(ref json, ref RequestId, name);
        }
        else if (name.SequenceEqual("code"u8))
        {
            Set(ref json, ref Code, name);
        }
        else if (name.SequenceEqual("msg"u8))
        {
            Set(ref json, ref Message, name);
        }
        else
        {
            json.Skip();
        }
    }

    private void ReadResult(ref Utf8JsonReader json, ReadOnlySpan<byte> name)
    {
        if (json.TokenType != JsonTokenType.StartArray)
        {
            Set(ref json, ref Result, name);
            return;
        }

        if (Result.Type != JsonTokenType.None) Duplicate ??= "result";
        Result.Type = JsonTokenType.StartArray;
        Streams = [];
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType == JsonTokenType.String) Streams.Add(Encoding.UTF8.GetString(json.ValueSpan));
            else json.Skip();
        }
    }

    private void Set(ref Utf8JsonReader json, ref JsonField field, ReadOnlySpan<byte> name)
    {
        if (field.Type != JsonTokenType.None) Duplicate ??= Encoding.UTF8.GetString(name);
        field.Type = json.TokenType;
        field.Bytes = json.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray ? default : json.ValueSpan;
        field.IsEscaped = json.TokenType == JsonTokenType.String && json.ValueIsEscaped;
        json.Skip();
    }
}
