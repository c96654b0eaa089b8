-- What operators need: rejected records with their bytes, the originals behind the keyed hashes, the key's mark.
-- None of these is for analysts (see grants.sql.example).

-- seen_at is the rejected record's broker time: with it in the key, the records of a topic that was deleted and
-- created again do not replace those of the old one.
CREATE TABLE IF NOT EXISTS {database}.dead_letters
(
    topic LowCardinality(String),
    partition Int32,
    offset Int64,
    key Nullable(String),
    value Nullable(String) CODEC(ZSTD),
    reason LowCardinality(String),
    error String CODEC(ZSTD),
    seen_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    stored_at DateTime('UTC') DEFAULT now() CODEC(Delta, ZSTD)
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(seen_at)
ORDER BY (topic, partition, offset, seen_at)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

-- The only place where an original stands beside its keyed hash. A value seen again later starts its time anew.
CREATE TABLE IF NOT EXISTS {database}.identities
(
    kind LowCardinality(String) COMMENT 'buyer, address, area, phone, device, payment',
    key String,
    value String,
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    stored_at DateTime('UTC') DEFAULT now()
)
ENGINE = ReplacingMergeTree(stored_at)
ORDER BY (kind, key)
TTL stored_at + INTERVAL 13 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

-- A mark of the secret the hashes are keyed with: a sink with another secret refuses to start, because the same
-- buyer would get a second key and revisions of one alert would no longer meet.
CREATE TABLE IF NOT EXISTS {database}.key_marks
(
    mark String,
    stored_at DateTime('UTC') DEFAULT now()
)
ENGINE = ReplacingMergeTree(stored_at)
ORDER BY (mark)
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;
