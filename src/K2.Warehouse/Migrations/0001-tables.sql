-- Trades, each identity once: the row of the lowest log position wins, so the complement is the version.
CREATE TABLE IF NOT EXISTS k2.silver_trades_store
(
    exchange LowCardinality(String),
    symbol LowCardinality(String),
    canonical_symbol LowCardinality(String),
    id_epoch UInt16,
    trade_id Int64,
    first_trade_id Int64,
    last_trade_id Int64,
    kind Enum8('unknown' = 0, 'single' = 1, 'aggregate' = 2),
    price Decimal(38, 18) CODEC(ZSTD(1)),
    quantity Decimal(38, 18) CODEC(ZSTD(1)),
    quote_volume Decimal(38, 18) CODEC(ZSTD(1)),
    side Enum8('UNKNOWN' = 0, 'BUY' = 1, 'SELL' = 2),
    source Enum8('unknown' = 0, 'live' = 1, 'snapshot' = 2, 'backfill' = 3, 'replay' = 4, 'simulated' = 5),
    timestamp DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    received_timestamp DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    ingestion_timestamp DateTime64(6, 'UTC') DEFAULT now64(6) CODEC(Delta, ZSTD(1)),
    version Int64 CODEC(Delta, ZSTD(1)),
    inverse_version UInt64 CODEC(Delta, ZSTD(1))
)
ENGINE = ReplacingMergeTree(inverse_version)
PARTITION BY toYYYYMMDD(timestamp)
ORDER BY (exchange, canonical_symbol, id_epoch, trade_id)
SETTINGS non_replicated_deduplication_window = 100;

CREATE VIEW IF NOT EXISTS k2.silver_trades AS
SELECT exchange, symbol, canonical_symbol, trade_id, price, quantity, quote_volume, side, timestamp, ingestion_timestamp,
    received_timestamp, id_epoch, first_trade_id, last_trade_id, kind, source, version,
    toUInt16(bitShiftRight(version, 48)) AS log_epoch, bitAnd(version, 281474976710655) AS log_offset
FROM k2.silver_trades_store FINAL
SETTINGS do_not_merge_across_partitions_select_final = 1;

-- Candles with absolute values: the row of the highest log position wins.
CREATE TABLE IF NOT EXISTS k2.ohlcv_store
(
    exchange LowCardinality(String),
    symbol LowCardinality(String),
    canonical_symbol LowCardinality(String),
    timeframe Enum8('1m' = 1, '5m' = 2, '15m' = 3, '30m' = 4, '1h' = 5, '1d' = 6),
    window_start DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    window_end DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    open_price Decimal(38, 18) CODEC(ZSTD(1)),
    high_price Decimal(38, 18) CODEC(ZSTD(1)),
    low_price Decimal(38, 18) CODEC(ZSTD(1)),
    close_price Decimal(38, 18) CODEC(ZSTD(1)),
    volume Decimal(38, 18) CODEC(ZSTD(1)),
    quote_volume Decimal(38, 18) CODEC(ZSTD(1)),
    trade_count Int64 CODEC(ZSTD(1)),
    open_time DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    close_time DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    open_trade_id Int64 CODEC(ZSTD(1)),
    close_trade_id Int64 CODEC(ZSTD(1)),
    closed UInt8,
    complete Enum8('unknown' = 0, 'no' = 1, 'yes' = 2),
    revision Int32,
    version Int64,
    updated_at DateTime64(6, 'UTC') DEFAULT now64(6)
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(window_start)
ORDER BY (exchange, canonical_symbol, timeframe, window_start)
SETTINGS non_replicated_deduplication_window = 100;

CREATE VIEW IF NOT EXISTS k2.ohlcv AS SELECT * FROM k2.ohlcv_store FINAL SETTINGS do_not_merge_across_partitions_select_final = 1;
CREATE VIEW IF NOT EXISTS k2.ohlcv_1m AS SELECT * EXCEPT timeframe FROM k2.ohlcv_store FINAL WHERE timeframe = '1m' SETTINGS do_not_merge_across_partitions_select_final = 1;
CREATE VIEW IF NOT EXISTS k2.ohlcv_5m AS SELECT * EXCEPT timeframe FROM k2.ohlcv_store FINAL WHERE timeframe = '5m' SETTINGS do_not_merge_across_partitions_select_final = 1;
CREATE VIEW IF NOT EXISTS k2.ohlcv_15m AS SELECT * EXCEPT timeframe FROM k2.ohlcv_store FINAL WHERE timeframe = '15m' SETTINGS do_not_merge_across_partitions_select_final = 1;
CREATE VIEW IF NOT EXISTS k2.ohlcv_30m AS SELECT * EXCEPT timeframe FROM k2.ohlcv_store FINAL WHERE timeframe = '30m' SETTINGS do_not_merge_across_partitions_select_final = 1;
CREATE VIEW IF NOT EXISTS k2.ohlcv_1h AS SELECT * EXCEPT timeframe FROM k2.ohlcv_store FINAL WHERE timeframe = '1h' SETTINGS do_not_merge_across_partitions_select_final = 1;
CREATE VIEW IF NOT EXISTS k2.ohlcv_1d AS SELECT * EXCEPT timeframe FROM k2.ohlcv_store FINAL WHERE timeframe = '1d' SETTINGS do_not_merge_across_partitions_select_final = 1;

-- Every value that a closed candle took after closing; the same row again is one row.
CREATE TABLE IF NOT EXISTS k2.candle_revisions_store AS k2.ohlcv_store
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(window_start)
ORDER BY (exchange, canonical_symbol, timeframe, window_start, version)
SETTINGS non_replicated_deduplication_window = 100;

CREATE VIEW IF NOT EXISTS k2.candle_revisions AS SELECT * FROM k2.candle_revisions_store FINAL SETTINGS do_not_merge_across_partitions_select_final = 1;

-- The latest checkpoint of each symbol's grain.
CREATE TABLE IF NOT EXISTS k2.symbol_state_store
(
    exchange LowCardinality(String),
    canonical_symbol LowCardinality(String),
    version Int64,
    state String CODEC(ZSTD(1)),
    updated_at DateTime64(6, 'UTC') DEFAULT now64(6)
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (exchange, canonical_symbol)
SETTINGS non_replicated_deduplication_window = 100;

CREATE VIEW IF NOT EXISTS k2.symbol_state AS SELECT * FROM k2.symbol_state_store FINAL;

-- Input that was refused; the same input again is one row.
CREATE TABLE IF NOT EXISTS k2.dead_letters_store
(
    exchange LowCardinality(String),
    origin String,
    sequence Int64,
    reason LowCardinality(String),
    detail String CODEC(ZSTD(1)),
    received_timestamp DateTime64(6, 'UTC'),
    original String CODEC(ZSTD(1)),
    original_length Int64,
    written_at DateTime64(6, 'UTC') DEFAULT now64(6)
)
ENGINE = ReplacingMergeTree
ORDER BY (exchange, origin, sequence, reason)
SETTINGS non_replicated_deduplication_window = 100;

CREATE VIEW IF NOT EXISTS k2.dead_letters AS SELECT * FROM k2.dead_letters_store FINAL;

-- Frames as received, about a second or a MiB of one connection in a row.
CREATE TABLE IF NOT EXISTS k2.raw_chunks
(
    exchange LowCardinality(String),
    origin LowCardinality(String),
    is_replay UInt8,
    first_sequence Int64,
    frame_count UInt32,
    sequences Array(Int64) CODEC(Delta, ZSTD(1)),
    received_timestamps Array(DateTime64(6, 'UTC')) CODEC(Delta, ZSTD(1)),
    frames Array(String) CODEC(ZSTD(3)),
    first_received DateTime64(6, 'UTC')
)
ENGINE = ReplacingMergeTree(frame_count)
PARTITION BY toYYYYMMDD(first_received)
ORDER BY (exchange, origin, first_sequence)
SETTINGS non_replicated_deduplication_window = 100;

-- A connection's frames are unique by their chunk; a capture's frames may come again in other chunks.
CREATE VIEW IF NOT EXISTS k2.raw_frames AS
SELECT exchange, origin, sequence, received_timestamp, frame
FROM k2.raw_chunks FINAL ARRAY JOIN sequences AS sequence, received_timestamps AS received_timestamp, frames AS frame
WHERE is_replay = 0
UNION ALL
SELECT exchange, origin, sequence, received_timestamp, frame
FROM (SELECT exchange, origin, sequence, received_timestamp, frame FROM k2.raw_chunks ARRAY JOIN sequences AS sequence, received_timestamps AS received_timestamp, frames AS frame WHERE is_replay = 1)
LIMIT 1 BY exchange, origin, sequence;

CREATE VIEW IF NOT EXISTS k2.bronze_trades_binance AS
SELECT
    origin, sequence, received_timestamp,
    if(JSONHas(frame, 'data'), JSONExtractRaw(frame, 'data'), frame) AS body,
    JSONExtractString(body, 'e') AS event_type,
    fromUnixTimestamp64Milli(JSONExtractInt(body, 'E'), 'UTC') AS event_time,
    JSONExtractString(body, 's') AS symbol,
    JSONExtractInt(body, if(event_type = 'aggTrade', 'a', 't')) AS trade_id,
    toDecimal128(JSONExtractString(body, 'p'), 18) AS price,
    toDecimal128(JSONExtractString(body, 'q'), 18) AS quantity,
    if(event_type = 'aggTrade', JSONExtractInt(body, 'f'), trade_id) AS first_trade_id,
    if(event_type = 'aggTrade', JSONExtractInt(body, 'l'), trade_id) AS last_trade_id,
    fromUnixTimestamp64Milli(JSONExtractInt(body, 'T'), 'UTC') AS trade_time,
    JSONExtractBool(body, 'm') AS is_buyer_maker
FROM k2.raw_frames
WHERE exchange = 'binance' AND isValidJSON(frame) AND event_type IN ('trade', 'aggTrade');

CREATE TABLE IF NOT EXISTS k2.feed_gaps
(
    exchange LowCardinality(String),
    canonical_symbol LowCardinality(String),
    gap_start DateTime64(6, 'UTC'),
    gap_end DateTime64(6, 'UTC'),
    first_missing_id Int64,
    last_missing_id Int64,
    cause LowCardinality(String),
    state LowCardinality(String),
    version Int64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (exchange, canonical_symbol, gap_start, first_missing_id);

CREATE TABLE IF NOT EXISTS k2.export_log
(
    table_name LowCardinality(String),
    run_at DateTime64(6, 'UTC'),
    from_version Int64,
    to_version Int64,
    row_count UInt64,
    snapshot_id Int64,
    outcome LowCardinality(String)
)
ENGINE = MergeTree
ORDER BY (table_name, run_at);

CREATE TABLE IF NOT EXISTS k2.audit_log
(
    audited_at DateTime64(6, 'UTC'),
    check_name LowCardinality(String),
    subject String,
    outcome LowCardinality(String),
    detail String
)
ENGINE = MergeTree
ORDER BY (audited_at, check_name);
