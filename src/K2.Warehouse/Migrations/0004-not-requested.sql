-- A file may end before the first own trade: what lies between is missing and nobody has asked for it.
ALTER TABLE k2.feed_gaps_store MODIFY COLUMN reason Enum8('' = 0, 'not-served' = 1, 'too-large' = 2, 'ids-restarted' = 3, 'not-requested' = 4);
