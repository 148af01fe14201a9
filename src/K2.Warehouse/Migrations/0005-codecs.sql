-- Ids rise by one or few: as differences they take a tenth (docs/decisions/0012-schema-by-measurement.md). Old parts keep their form until they are merged.
ALTER TABLE k2.silver_trades_store
    MODIFY COLUMN trade_id Int64 CODEC(Delta, ZSTD(1)),
    MODIFY COLUMN first_trade_id Int64 CODEC(Delta, ZSTD(1)),
    MODIFY COLUMN last_trade_id Int64 CODEC(Delta, ZSTD(1));
