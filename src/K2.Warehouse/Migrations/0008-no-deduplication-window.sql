-- The engine notes a block in its deduplication log before the block's part is in place: killed in between, it takes the repeat for done, and acknowledged rows are nowhere
-- (docs/decisions/0020-no-deduplication-window.md). A repeated block is the same rows under the same keys.
ALTER TABLE k2.silver_trades_store MODIFY SETTING non_replicated_deduplication_window = 0;
ALTER TABLE k2.ohlcv_store MODIFY SETTING non_replicated_deduplication_window = 0;
ALTER TABLE k2.candle_revisions_store MODIFY SETTING non_replicated_deduplication_window = 0;
ALTER TABLE k2.symbol_state_store MODIFY SETTING non_replicated_deduplication_window = 0;
ALTER TABLE k2.dead_letters_store MODIFY SETTING non_replicated_deduplication_window = 0;
ALTER TABLE k2.raw_chunks MODIFY SETTING non_replicated_deduplication_window = 0;
ALTER TABLE k2.feed_gaps_store MODIFY SETTING non_replicated_deduplication_window = 0;
ALTER TABLE k2.audit_log MODIFY SETTING non_replicated_deduplication_window = 0;
