-- Gaps of the feed, each in its latest state. The table of the first migration never held a row.
DROP TABLE IF EXISTS k2.feed_gaps;

CREATE TABLE IF NOT EXISTS k2.feed_gaps_store
(
    exchange LowCardinality(String),
    canonical_symbol LowCardinality(String),
    id_epoch UInt16,
    gap_start DateTime64(6, 'UTC'),
    gap_end DateTime64(6, 'UTC'),
    first_missing_id Int64,
    last_missing_id Int64,
    cause Enum8('unknown' = 0, 'id-jump' = 1, 'sequence-jump' = 2, 'reconnect' = 3, 'restart' = 4),
    state Enum8('unknown' = 0, 'open' = 1, 'filled' = 2, 'unfillable' = 3),
    reason Enum8('' = 0, 'not-served' = 1, 'too-large' = 2, 'ids-restarted' = 3),
    version Int64,
    updated_at DateTime64(6, 'UTC') DEFAULT now64(6)
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (exchange, canonical_symbol, id_epoch, first_missing_id, last_missing_id, gap_start)
SETTINGS non_replicated_deduplication_window = 100;

CREATE VIEW IF NOT EXISTS k2.feed_gaps AS SELECT * FROM k2.feed_gaps_store FINAL;

-- Trades in the exchanges' own words, as their frames carried them.
CREATE VIEW IF NOT EXISTS k2.bronze_trades_kraken AS
SELECT
    origin, sequence, received_timestamp,
    JSONExtractString(frame, 'type') AS message_type,
    JSONExtractString(trade, 'symbol') AS symbol,
    JSONExtractString(trade, 'side') AS side,
    toDecimal128(JSONExtractRaw(trade, 'price'), 18) AS price,
    toDecimal128(JSONExtractRaw(trade, 'qty'), 18) AS qty,
    JSONExtractString(trade, 'ord_type') AS ord_type,
    JSONExtractInt(trade, 'trade_id') AS trade_id,
    parseDateTime64BestEffortOrNull(JSONExtractString(trade, 'timestamp'), 9, 'UTC') AS timestamp
FROM k2.raw_frames
ARRAY JOIN JSONExtractArrayRaw(frame, 'data') AS trade
WHERE exchange = 'kraken' AND isValidJSON(frame) AND JSONExtractString(frame, 'channel') = 'trade';

CREATE VIEW IF NOT EXISTS k2.bronze_trades_coinbase AS
SELECT
    origin, sequence, received_timestamp,
    JSONExtractInt(frame, 'sequence_num') AS sequence_num,
    JSONExtractString(event, 'type') AS event_type,
    JSONExtractString(trade, 'product_id') AS product_id,
    JSONExtractString(trade, 'trade_id') AS trade_id,
    toDecimal128(JSONExtractString(trade, 'price'), 18) AS price,
    toDecimal128(JSONExtractString(trade, 'size'), 18) AS size,
    JSONExtractString(trade, 'side') AS maker_side,
    parseDateTime64BestEffortOrNull(JSONExtractString(trade, 'time'), 9, 'UTC') AS time
FROM (SELECT origin, sequence, received_timestamp, frame, event FROM k2.raw_frames ARRAY JOIN JSONExtractArrayRaw(frame, 'events') AS event
    WHERE exchange = 'coinbase' AND isValidJSON(frame) AND JSONExtractString(frame, 'channel') = 'market_trades')
ARRAY JOIN JSONExtractArrayRaw(event, 'trades') AS trade;
