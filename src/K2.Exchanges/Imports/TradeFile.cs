using System.Text.Json;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Trades;
using K2.Exchanges.Wire;

namespace K2.Exchanges.Imports;

/// <summary>Reads lines of published trade files. A line that cannot be taken does not cost its neighbours.</summary>
public static class TradeFile
{
    /// <summary>The most bytes of lines that are read at once.</summary>
    public const int MaxChunkBytes = 1024 * 1024;

    private const int BinanceColumns = 7;
    private const int AggregateColumns = 8;
    private const int KrakenColumns = 3;

    // Milliseconds until 2024, microseconds since 2025: no time in milliseconds has so many digits before the year 33658.
    private const int MicrosecondDigits = 16;

    /// <summary>Tells a file's format by the columns of a line.</summary>
    public static TradeFileFormat FormatOf(ReadOnlySpan<byte> line) => (line.Count((byte)',') + 1) switch
    {
        BinanceColumns => TradeFileFormat.BinanceTrades,
        AggregateColumns => TradeFileFormat.BinanceAggregates,
        KrakenColumns => TradeFileFormat.KrakenTimeAndSales,
        _ => TradeFileFormat.Unknown,
    };

    /// <summary>Whether a line names columns instead of holding a trade.</summary>
    public static bool IsHeader(ReadOnlySpan<byte> line) => line.Length > 0 && line[0] is not (>= (byte)'0' and <= (byte)'9');

    /// <summary>Why files of a format are not for an instrument, or null if they are.</summary>
    public static string? Mismatch(TradeFileFormat format, Instrument instrument) => format switch
    {
        TradeFileFormat.Unknown => $"a line has neither {KrakenColumns}, {BinanceColumns} nor {AggregateColumns} columns, so it is no trade dump of Binance and no time and sales of Kraken",
        TradeFileFormat.KrakenTimeAndSales => instrument.Id.Exchange == Exchange.Kraken ? null : $"a file with {KrakenColumns} columns is Kraken's time and sales, and {instrument.Id} is not of Kraken",
        _ when instrument.Id.Exchange != Exchange.Binance => $"a file with {BinanceColumns} or {AggregateColumns} columns is a dump of Binance, and {instrument.Id} is not of Binance",
        TradeFileFormat.BinanceTrades => instrument.TradeKind == TradeKind.Single ? null : $"{instrument.Id} takes aggregate trades, and the file holds single ones",
        _ => instrument.TradeKind == TradeKind.Aggregate ? null : $"{instrument.Id} takes single trades, and the file holds aggregates",
    };

    /// <summary>Reads one line.</summary>
    /// <param name="format">The file's format.</param>
    /// <param name="instrument">The instrument that the file is of.</param>
    /// <param name="line">The line, without its end.</param>
    /// <param name="place">Its place among the lines of the same time; only formats without ids use it.</param>
    /// <param name="received">The present moment.</param>
    /// <param name="result">Is overwritten with the trade, or with the reason why there is none.</param>
    public static void Read(TradeFileFormat format, Instrument instrument, ReadOnlySpan<byte> line, int place, Timestamp received, FrameResult result)
    {
        result.Clear();
        if (!TryFields(line, result, out var fields)) return;
        var draft = new TradeDraft(instrument);
        if (format == TradeFileFormat.KrakenTimeAndSales)
        {
            if (!HasColumns(fields, KrakenColumns, result)) return;
            draft.SecondsTime(fields[0], "time", received);
            draft.Price(fields[1], "price", JsonValueKind.String);
            draft.Quantity(fields[2], "volume", JsonValueKind.String);
            if (draft.IsGood) draft.Id(AnonymousTrades.IdOf(draft.Microseconds, place));
        }
        else
        {
            var isAggregate = format == TradeFileFormat.BinanceAggregates;
            if (!HasColumns(fields, isAggregate ? AggregateColumns : BinanceColumns, result)) return;
            draft.Id(fields[0], "id", least: 0);
            draft.Price(fields[1], "price", JsonValueKind.String);
            draft.Quantity(fields[2], "qty", JsonValueKind.String);
            if (isAggregate) draft.Range(fields[3], fields[4]);
            var time = fields[isAggregate ? 5 : 4];
            if (time.Plain().Length >= MicrosecondDigits) draft.MicrosecondsTime(time, "time", received);
            else draft.MillisecondsTime(time, "time", received);
            draft.Side(fields[isAggregate ? 6 : 5], "isBuyerMaker", buy: "false"u8, sell: "true"u8);
        }

        draft.AddTo(result, 0, received, TradeSource.Backfill);
    }

    private static bool HasColumns(JsonElement fields, int columns, FrameResult result)
    {
        if (fields.GetArrayLength() == columns) return true;
        result.AddBad(RejectReasons.MissingField, $"{fields.GetArrayLength()} columns, the file's first line has {columns}");
        return false;
    }

    // As a JSON list of texts the fields are read by the same checks as the exchanges' messages.
    private static bool TryFields(ReadOnlySpan<byte> line, FrameResult result, out JsonElement fields)
    {
        fields = default;
        var json = new List<byte>(line.Length + 32) { (byte)'[', (byte)'"' };
        foreach (var c in line)
        {
            var lower = c is >= (byte)'A' and <= (byte)'Z' ? (byte)(c + ('a' - 'A')) : c;
            if (lower == ',') json.AddRange("\",\""u8);
            else if (lower is >= (byte)'0' and <= (byte)'9' or >= (byte)'a' and <= (byte)'z' or (byte)'.' or (byte)'-' or (byte)'+' or (byte)'_') json.Add(lower);
            else if (lower is not ((byte)'"' or (byte)' ' or (byte)'\r'))
            {
                result.AddBad(RejectReasons.UnknownMessage, "the line holds other characters than numbers, letters and commas");
                return false;
            }
        }

        json.AddRange("\"]"u8);
        return WireJson.TryParse(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(json), result, out fields);
    }
}
