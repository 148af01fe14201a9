-- Where each frame stood in its partition of the raw log: the cold tier takes frames by position. Chunks of versions before know none and count as position 0.
ALTER TABLE k2.raw_chunks
    ADD COLUMN IF NOT EXISTS log_partition UInt16 DEFAULT 0,
    ADD COLUMN IF NOT EXISTS positions Array(Int64) DEFAULT arrayMap(number -> toInt64(0), sequences) CODEC(Delta, ZSTD(1)),
    ADD COLUMN IF NOT EXISTS last_position Int64 DEFAULT 0 CODEC(Delta, ZSTD(1));

-- An export asks for what lies above a position: old granules are skipped.
ALTER TABLE k2.raw_chunks ADD INDEX IF NOT EXISTS position_range last_position TYPE minmax GRANULARITY 1;
ALTER TABLE k2.silver_trades_store ADD INDEX IF NOT EXISTS version_range version TYPE minmax GRANULARITY 1;
ALTER TABLE k2.ohlcv_store ADD INDEX IF NOT EXISTS version_range version TYPE minmax GRANULARITY 1;
ALTER TABLE k2.silver_trades_store MATERIALIZE INDEX version_range;
ALTER TABLE k2.ohlcv_store MATERIALIZE INDEX version_range;

-- Rows that come back from the cold tier bring no complement.
ALTER TABLE k2.silver_trades_store MODIFY COLUMN inverse_version UInt64 DEFAULT bitXor(toUInt64(version), 9223372036854775807) CODEC(Delta, ZSTD(1));

-- What is special about a trade, and what its exchange says in its own words. Kraken's order type is in bronze_trades_kraken.
CREATE OR REPLACE VIEW k2.silver_trades AS
SELECT exchange, symbol, canonical_symbol, trade_id, price, quantity, quote_volume, side, timestamp, ingestion_timestamp,
    received_timestamp, id_epoch, first_trade_id, last_trade_id, kind, source, version,
    toUInt16(bitShiftRight(version, 48)) AS log_epoch, bitAnd(version, 281474976710655) AS log_offset,
    arrayFilter(condition -> condition != '', [if(kind = 'aggregate', 'aggregate', ''), if(source IN ('snapshot', 'backfill'), toString(source), '')]) AS conditions,
    multiIf(
        side = 'UNKNOWN', CAST(map(), 'Map(String, String)'),
        exchange = 'binance', CAST(map('is_buyer_maker', if(side = 'SELL', 'true', 'false')), 'Map(String, String)'),
        exchange = 'coinbase', CAST(map('maker_side', if(side = 'SELL', 'BUY', 'SELL')), 'Map(String, String)'),
        CAST(map(), 'Map(String, String)')) AS vendor_data
FROM k2.silver_trades_store FINAL
SETTINGS do_not_merge_across_partitions_select_final = 1;

-- A frame whose numbers are none is in the dead letters; it must not end every read of its table.
CREATE OR REPLACE VIEW k2.bronze_trades_binance AS
SELECT
    origin, sequence, received_timestamp,
    if(JSONHas(frame, 'data'), JSONExtractRaw(frame, 'data'), frame) AS body,
    JSONExtractString(body, 'e') AS event_type,
    fromUnixTimestamp64Milli(JSONExtractInt(body, 'E'), 'UTC') AS event_time,
    JSONExtractString(body, 's') AS symbol,
    JSONExtractInt(body, if(event_type = 'aggTrade', 'a', 't')) AS trade_id,
    assumeNotNull(toDecimal128OrNull(JSONExtractString(body, 'p'), 18)) AS price,
    assumeNotNull(toDecimal128OrNull(JSONExtractString(body, 'q'), 18)) AS quantity,
    if(event_type = 'aggTrade', JSONExtractInt(body, 'f'), trade_id) AS first_trade_id,
    if(event_type = 'aggTrade', JSONExtractInt(body, 'l'), trade_id) AS last_trade_id,
    fromUnixTimestamp64Milli(JSONExtractInt(body, 'T'), 'UTC') AS trade_time,
    JSONExtractBool(body, 'm') AS is_buyer_maker
FROM k2.raw_frames
WHERE exchange = 'binance' AND isValidJSON(frame) AND event_type IN ('trade', 'aggTrade')
    AND toDecimal128OrNull(JSONExtractString(body, 'p'), 18) IS NOT NULL AND toDecimal128OrNull(JSONExtractString(body, 'q'), 18) IS NOT NULL
    AND JSONExtractInt(body, 'E') BETWEEN 0 AND 7258118400000 AND JSONExtractInt(body, 'T') BETWEEN 0 AND 7258118400000;

CREATE OR REPLACE VIEW k2.bronze_trades_kraken AS
SELECT
    origin, sequence, received_timestamp,
    JSONExtractString(frame, 'type') AS message_type,
    JSONExtractString(trade, 'symbol') AS symbol,
    JSONExtractString(trade, 'side') AS side,
    assumeNotNull(toDecimal128OrNull(JSONExtractRaw(trade, 'price'), 18)) AS price,
    assumeNotNull(toDecimal128OrNull(JSONExtractRaw(trade, 'qty'), 18)) AS qty,
    JSONExtractString(trade, 'ord_type') AS ord_type,
    JSONExtractInt(trade, 'trade_id') AS trade_id,
    parseDateTime64BestEffortOrNull(JSONExtractString(trade, 'timestamp'), 9, 'UTC') AS timestamp
FROM k2.raw_frames
ARRAY JOIN JSONExtractArrayRaw(frame, 'data') AS trade
WHERE exchange = 'kraken' AND isValidJSON(frame) AND JSONExtractString(frame, 'channel') = 'trade'
    AND toDecimal128OrNull(JSONExtractRaw(trade, 'price'), 18) IS NOT NULL AND toDecimal128OrNull(JSONExtractRaw(trade, 'qty'), 18) IS NOT NULL;

CREATE OR REPLACE VIEW k2.bronze_trades_coinbase AS
SELECT
    origin, sequence, received_timestamp,
    JSONExtractInt(frame, 'sequence_num') AS sequence_num,
    JSONExtractString(event, 'type') AS event_type,
    JSONExtractString(trade, 'product_id') AS product_id,
    JSONExtractString(trade, 'trade_id') AS trade_id,
    assumeNotNull(toDecimal128OrNull(JSONExtractString(trade, 'price'), 18)) AS price,
    assumeNotNull(toDecimal128OrNull(JSONExtractString(trade, 'size'), 18)) AS size,
    JSONExtractString(trade, 'side') AS maker_side,
    parseDateTime64BestEffortOrNull(JSONExtractString(trade, 'time'), 9, 'UTC') AS time
FROM (SELECT origin, sequence, received_timestamp, frame, event FROM k2.raw_frames ARRAY JOIN JSONExtractArrayRaw(frame, 'events') AS event
    WHERE exchange = 'coinbase' AND isValidJSON(frame) AND JSONExtractString(frame, 'channel') = 'market_trades')
ARRAY JOIN JSONExtractArrayRaw(event, 'trades') AS trade
WHERE toDecimal128OrNull(JSONExtractString(trade, 'price'), 18) IS NOT NULL AND toDecimal128OrNull(JSONExtractString(trade, 'size'), 18) IS NOT NULL;
