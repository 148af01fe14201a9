-- Days that came back from the cold tier stay until this moment of the data's clock, however old they are. Days are counted from 1970-01-01, [first_day, end_day).
CREATE TABLE IF NOT EXISTS k2.retention_holds
(
    table_name LowCardinality(String),
    first_day Int32,
    end_day Int32,
    hold_until DateTime64(6, 'UTC'),
    written_at DateTime64(6, 'UTC') DEFAULT now64(6)
)
ENGINE = MergeTree
ORDER BY (table_name, first_day);

-- When what a letter holds was taken after all; null while it waits.
ALTER TABLE k2.dead_letters_store ADD COLUMN IF NOT EXISTS settled_at Nullable(DateTime64(6, 'UTC'));
CREATE OR REPLACE VIEW k2.dead_letters AS SELECT * FROM k2.dead_letters_store FINAL;
