-- The history of closed candles holds their closings too, and judgements of completeness. Versions before insert revisions only, so that is the default.
ALTER TABLE k2.candle_revisions_store ADD COLUMN IF NOT EXISTS change Enum8('revised' = 0, 'closed' = 1, 'judged' = 2);

-- The exchange time that the log had reached: the data's clock, also in a replay. Rows of versions before only know when they were written.
ALTER TABLE k2.candle_revisions_store ADD COLUMN IF NOT EXISTS known_at DateTime64(6, 'UTC') DEFAULT updated_at CODEC(Delta, ZSTD(1));

-- Followers ask for what lies above a version: old granules are skipped.
ALTER TABLE k2.candle_revisions_store ADD INDEX IF NOT EXISTS version_range version TYPE minmax GRANULARITY 1;

CREATE OR REPLACE VIEW k2.candle_revisions AS SELECT * FROM k2.candle_revisions_store FINAL SETTINGS do_not_merge_across_partitions_select_final = 1;

-- Candles that were closed and never revised so far: their stored row is their closing. The same rows again are the same keys.
INSERT INTO k2.candle_revisions_store (exchange, symbol, canonical_symbol, timeframe, window_start, window_end, open_price, high_price, low_price, close_price, volume, quote_volume,
    trade_count, open_time, close_time, open_trade_id, close_trade_id, closed, complete, revision, version, updated_at, known_at, change)
SELECT exchange, symbol, canonical_symbol, timeframe, window_start, window_end, open_price, high_price, low_price, close_price, volume, quote_volume,
    trade_count, open_time, close_time, open_trade_id, close_trade_id, closed, complete, revision, version, updated_at, updated_at, 'closed'
FROM k2.ohlcv WHERE closed = 1 AND revision = 0;
