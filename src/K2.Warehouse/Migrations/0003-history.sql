-- Gaps may also be asked for: trades from before the first known one.
ALTER TABLE k2.feed_gaps_store MODIFY COLUMN cause Enum8('unknown' = 0, 'id-jump' = 1, 'sequence-jump' = 2, 'reconnect' = 3, 'restart' = 4, 'history' = 5);

-- A check that is written again after a lost answer is one row.
ALTER TABLE k2.audit_log MODIFY SETTING non_replicated_deduplication_window = 100;
