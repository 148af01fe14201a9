using K2.Abstractions.Warehouse;
using K2.Domain.Candles;
using K2.Domain.Instruments;

namespace K2.Warehouse.Writing;

/// <summary>Makes the blocks of each table from flushes.</summary>
internal static class Blocks
{
    public static NativeBlock Trades(IReadOnlyList<SymbolFlush> flushes)
    {
        var block = new NativeBlock();
        var exchange = block.Column("exchange", "String");
        var symbol = block.Column("symbol", "String");
        var canonical = block.Column("canonical_symbol", "String");
        var idEpoch = block.Column("id_epoch", "UInt16");
        var id = block.Column("trade_id", "Int64");
        var first = block.Column("first_trade_id", "Int64");
        var last = block.Column("last_trade_id", "Int64");
        var kind = block.Column("kind", "Int8");
        var price = block.Column("price", "Decimal(38, 18)");
        var quantity = block.Column("quantity", "Decimal(38, 18)");
        var quote = block.Column("quote_volume", "Decimal(38, 18)");
        var side = block.Column("side", "Int8");
        var source = block.Column("source", "Int8");
        var time = block.Column("timestamp", "DateTime64(6, 'UTC')");
        var received = block.Column("received_timestamp", "DateTime64(6, 'UTC')");
        var version = block.Column("version", "Int64");
        var inverse = block.Column("inverse_version", "UInt64");
        foreach (var flush in flushes)
        {
            var instrument = flush.Instrument;
            var name = instrument.Id.Exchange.ToName();
            foreach (var (position, trade) in flush.Trades)
            {
                NativeBlock.WriteText(exchange, name);
                NativeBlock.WriteText(symbol, instrument.NativeSymbol);
                NativeBlock.WriteText(canonical, instrument.Id.Symbol);
                NativeBlock.Write(idEpoch, trade.IdEpoch);
                NativeBlock.Write(id, trade.TradeId);
                NativeBlock.Write(first, trade.FirstTradeId);
                NativeBlock.Write(last, trade.LastTradeId);
                kind.WriteByte((byte)trade.Kind);
                NativeBlock.WriteDecimal(price, trade.Price.Mantissa, instrument.PriceScale);
                NativeBlock.WriteDecimal(quantity, trade.Quantity.Mantissa, instrument.QuantityScale);
                NativeBlock.WriteDecimal(quote, trade.QuoteVolume, instrument.PriceScale + instrument.QuantityScale);
                side.WriteByte((byte)trade.Side);
                source.WriteByte((byte)trade.Source);
                NativeBlock.Write(time, trade.ExchangeTime);
                NativeBlock.Write(received, trade.ReceivedTime);
                NativeBlock.Write(version, position.Version);
                NativeBlock.Write(inverse, ~position.Version & long.MaxValue);
                block.Rows++;
            }
        }

        return block;
    }

    public static NativeBlock Candles(IEnumerable<(Instrument Instrument, Candle Candle)> candles)
    {
        var block = new NativeBlock();
        var exchange = block.Column("exchange", "String");
        var symbol = block.Column("symbol", "String");
        var canonical = block.Column("canonical_symbol", "String");
        var timeframe = block.Column("timeframe", "Int8");
        var start = block.Column("window_start", "DateTime64(6, 'UTC')");
        var end = block.Column("window_end", "DateTime64(6, 'UTC')");
        var open = block.Column("open_price", "Decimal(38, 18)");
        var high = block.Column("high_price", "Decimal(38, 18)");
        var low = block.Column("low_price", "Decimal(38, 18)");
        var close = block.Column("close_price", "Decimal(38, 18)");
        var volume = block.Column("volume", "Decimal(38, 18)");
        var quote = block.Column("quote_volume", "Decimal(38, 18)");
        var count = block.Column("trade_count", "Int64");
        var openTime = block.Column("open_time", "DateTime64(6, 'UTC')");
        var closeTime = block.Column("close_time", "DateTime64(6, 'UTC')");
        var openId = block.Column("open_trade_id", "Int64");
        var closeId = block.Column("close_trade_id", "Int64");
        var closed = block.Column("closed", "UInt8");
        var complete = block.Column("complete", "Int8");
        var revision = block.Column("revision", "Int32");
        var version = block.Column("version", "Int64");
        foreach (var (instrument, candle) in candles)
        {
            NativeBlock.WriteText(exchange, instrument.Id.Exchange.ToName());
            NativeBlock.WriteText(symbol, instrument.NativeSymbol);
            NativeBlock.WriteText(canonical, instrument.Id.Symbol);
            timeframe.WriteByte((byte)candle.Timeframe);
            NativeBlock.Write(start, candle.WindowStart);
            NativeBlock.Write(end, candle.WindowEnd);
            NativeBlock.WriteDecimal(open, candle.Open.Mantissa, instrument.PriceScale);
            NativeBlock.WriteDecimal(high, candle.High.Mantissa, instrument.PriceScale);
            NativeBlock.WriteDecimal(low, candle.Low.Mantissa, instrument.PriceScale);
            NativeBlock.WriteDecimal(close, candle.Close.Mantissa, instrument.PriceScale);
            NativeBlock.WriteDecimal(volume, candle.Volume, instrument.QuantityScale);
            NativeBlock.WriteDecimal(quote, candle.QuoteVolume, instrument.PriceScale + instrument.QuantityScale);
            NativeBlock.Write(count, candle.TradeCount);
            NativeBlock.Write(openTime, candle.OpenTime);
            NativeBlock.Write(closeTime, candle.CloseTime);
            NativeBlock.Write(openId, candle.OpenTradeId);
            NativeBlock.Write(closeId, candle.CloseTradeId);
            closed.WriteByte(candle.Closed ? (byte)1 : (byte)0);
            complete.WriteByte((byte)candle.Complete);
            NativeBlock.Write(revision, candle.Revision);
            NativeBlock.Write(version, candle.Position.Version);
            block.Rows++;
        }

        return block;
    }

    /// <summary>The history of closed candles: closings, revisions and judgements, with what they are and when they could be known.</summary>
    public static NativeBlock History(IReadOnlyList<SymbolFlush> flushes)
    {
        // One order for all columns. Of one position the later row counts, as anywhere in this table.
        var rows = flushes.SelectMany(flush => flush.Judgements.Select(row => (flush.Instrument, Candle: row, Change: HistoryChange.Judged))
            .Concat(flush.Revisions.Select(row => (flush.Instrument, Candle: row, Change: row.Revision == 0 ? HistoryChange.Closed : HistoryChange.Revised)))).ToList();
        var block = Candles(rows.Select(row => (row.Instrument, row.Candle)));
        var knownAt = block.Column("known_at", "DateTime64(6, 'UTC')");
        var change = block.Column("change", "Int8");
        foreach (var (_, candle, what) in rows)
        {
            NativeBlock.Write(knownAt, candle.KnownAt ?? candle.WindowEnd);
            change.WriteByte((byte)what);
        }

        return block;
    }

    public static NativeBlock Gaps(IReadOnlyList<SymbolFlush> flushes)
    {
        var block = new NativeBlock();
        var exchange = block.Column("exchange", "String");
        var canonical = block.Column("canonical_symbol", "String");
        var idEpoch = block.Column("id_epoch", "UInt16");
        var start = block.Column("gap_start", "DateTime64(6, 'UTC')");
        var end = block.Column("gap_end", "DateTime64(6, 'UTC')");
        var first = block.Column("first_missing_id", "Int64");
        var last = block.Column("last_missing_id", "Int64");
        var cause = block.Column("cause", "Int8");
        var state = block.Column("state", "Int8");
        var reason = block.Column("reason", "Int8");
        var version = block.Column("version", "Int64");
        foreach (var flush in flushes)
        {
            // A gap that was opened and filled in one batch has two changes at one position at most: the last one holds.
            foreach (var (gap, becomes, position) in flush.Gaps.GroupBy(change => (change.Gap.IdEpoch, change.Gap.FirstId, change.Gap.LastId, change.Gap.From)).Select(changes => changes.Last()))
            {
                NativeBlock.WriteText(exchange, flush.Instrument.Id.Exchange.ToName());
                NativeBlock.WriteText(canonical, flush.Instrument.Id.Symbol);
                NativeBlock.Write(idEpoch, gap.IdEpoch);
                NativeBlock.Write(start, gap.From);
                NativeBlock.Write(end, gap.Until);
                NativeBlock.Write(first, gap.FirstId);
                NativeBlock.Write(last, gap.LastId);
                cause.WriteByte((byte)gap.Cause);
                state.WriteByte((byte)becomes);
                reason.WriteByte((byte)gap.Reason);
                NativeBlock.Write(version, position.Version);
                block.Rows++;
            }
        }

        return block;
    }

    public static NativeBlock States(IReadOnlyList<SymbolFlush> flushes)
    {
        var block = new NativeBlock();
        var exchange = block.Column("exchange", "String");
        var canonical = block.Column("canonical_symbol", "String");
        var version = block.Column("version", "Int64");
        var state = block.Column("state", "String");
        foreach (var flush in flushes)
        {
            NativeBlock.WriteText(exchange, flush.Instrument.Id.Exchange.ToName());
            NativeBlock.WriteText(canonical, flush.Instrument.Id.Symbol);
            NativeBlock.Write(version, flush.Position.Version);
            NativeBlock.WriteBytes(state, flush.State.Span);
            block.Rows++;
        }

        return block;
    }

    public static NativeBlock DeadLetters(IEnumerable<DeadLetter> letters)
    {
        var block = new NativeBlock();
        var exchange = block.Column("exchange", "String");
        var origin = block.Column("origin", "String");
        var sequence = block.Column("sequence", "Int64");
        var reason = block.Column("reason", "String");
        var detail = block.Column("detail", "String");
        var received = block.Column("received_timestamp", "DateTime64(6, 'UTC')");
        var original = block.Column("original", "String");
        var length = block.Column("original_length", "Int64");
        foreach (var letter in letters)
        {
            NativeBlock.WriteText(exchange, letter.Exchange.ToName());
            NativeBlock.WriteText(origin, letter.Origin);
            NativeBlock.Write(sequence, letter.Sequence);
            NativeBlock.WriteText(reason, letter.Reason);
            NativeBlock.WriteText(detail, letter.Detail);
            NativeBlock.Write(received, letter.ReceivedTime);
            NativeBlock.WriteBytes(original, letter.Original.Span);
            NativeBlock.Write(length, letter.OriginalLength);
            block.Rows++;
        }

        return block;
    }

    public static NativeBlock Audit(IReadOnlyList<AuditEntry> entries)
    {
        var block = new NativeBlock();
        var at = block.Column("audited_at", "DateTime64(6, 'UTC')");
        var check = block.Column("check_name", "String");
        var subject = block.Column("subject", "String");
        var outcome = block.Column("outcome", "String");
        var detail = block.Column("detail", "String");
        foreach (var entry in entries)
        {
            NativeBlock.Write(at, entry.At);
            NativeBlock.WriteText(check, entry.Check);
            NativeBlock.WriteText(subject, entry.Subject);
            NativeBlock.WriteText(outcome, entry.Outcome);
            NativeBlock.WriteText(detail, entry.Detail);
            block.Rows++;
        }

        return block;
    }

    public static NativeBlock RawChunks(IReadOnlyList<RawChunk> chunks)
    {
        var block = new NativeBlock();
        var exchange = block.Column("exchange", "String");
        var origin = block.Column("origin", "String");
        var isReplay = block.Column("is_replay", "UInt8");
        var first = block.Column("first_sequence", "Int64");
        var count = block.Column("frame_count", "UInt32");
        var sequences = block.Column("sequences", "Array(Int64)");
        var times = block.Column("received_timestamps", "Array(DateTime64(6, 'UTC'))");
        var frames = block.Column("frames", "Array(String)");
        var firstReceived = block.Column("first_received", "DateTime64(6, 'UTC')");
        var partition = block.Column("log_partition", "UInt16");
        var positions = block.Column("positions", "Array(Int64)");
        var lastPosition = block.Column("last_position", "Int64");
        long end = 0;
        foreach (var chunk in chunks)
        {
            NativeBlock.WriteText(exchange, chunk.Exchange.ToName());
            NativeBlock.WriteText(origin, chunk.Origin);
            isReplay.WriteByte(chunk.IsReplay ? (byte)1 : (byte)0);
            NativeBlock.Write(first, chunk.Sequences[0]);
            NativeBlock.Write(count, chunk.Sequences.Count);
            NativeBlock.Write(firstReceived, chunk.ReceivedTimes[0]);
            NativeBlock.Write(partition, checked((ushort)chunk.Partition));
            NativeBlock.Write(lastPosition, chunk.Positions.Count == 0 ? 0 : chunk.Positions[^1]);
            end += chunk.Sequences.Count;

            // An array column is the running ends of all rows first, then the values of all rows.
            NativeBlock.Write(sequences, end);
            NativeBlock.Write(times, end);
            NativeBlock.Write(frames, end);
            NativeBlock.Write(positions, end);
            block.Rows++;
        }

        foreach (var chunk in chunks)
        {
            foreach (var sequence in chunk.Sequences) NativeBlock.Write(sequences, sequence);
            foreach (var time in chunk.ReceivedTimes) NativeBlock.Write(times, time);
            foreach (var frame in chunk.Frames) NativeBlock.WriteBytes(frames, frame.Span);
            for (var frame = 0; frame < chunk.Sequences.Count; frame++) NativeBlock.Write(positions, chunk.Positions.Count == 0 ? 0 : chunk.Positions[frame]);
        }

        return block;
    }
}
