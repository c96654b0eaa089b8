-- Buyers who are to be forgotten: their key alone, without an original, so that no row about them is stored again. Kept
-- for good: it is what remembers to forget.
CREATE TABLE IF NOT EXISTS {database}.erasures
(
    event_id String,
    occurred_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    platform LowCardinality(String),
    buyer_key String,
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    stored_at DateTime('UTC') DEFAULT now() CODEC(Delta, ZSTD)
)
ENGINE = ReplacingMergeTree
ORDER BY (buyer_key, event_id)
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;
