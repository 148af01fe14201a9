-- A partition that took no row for ten minutes becomes one part, over which FINAL has nothing to merge (docs/decisions/0019-closed-partitions.md).
ALTER TABLE k2.silver_trades_store MODIFY SETTING min_age_to_force_merge_seconds = 600, min_age_to_force_merge_on_partition_only = 1;
ALTER TABLE k2.ohlcv_store MODIFY SETTING min_age_to_force_merge_seconds = 600, min_age_to_force_merge_on_partition_only = 1;
ALTER TABLE k2.candle_revisions_store MODIFY SETTING min_age_to_force_merge_seconds = 600, min_age_to_force_merge_on_partition_only = 1;
ALTER TABLE k2.raw_chunks MODIFY SETTING min_age_to_force_merge_seconds = 600, min_age_to_force_merge_on_partition_only = 1;
