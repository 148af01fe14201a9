-- What could be known at a time is read by the data's clock at which a closed candle took its value.
ALTER TABLE k2.candle_revisions_store ADD COLUMN IF NOT EXISTS known_at DateTime64(6, 'UTC') DEFAULT updated_at CODEC(Delta, ZSTD(1));
