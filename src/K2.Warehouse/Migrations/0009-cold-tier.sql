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
