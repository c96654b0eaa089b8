-- What became of tagged orders, who was confirmed, and what followed. Each table holds every revision; the views
-- *_current hold what stands. Keys follow the rule of 001_alerts.sql: only what an id is made of may stand in them.

-- A submission belongs to one shop for good, so shop_id may lead the key.
CREATE TABLE IF NOT EXISTS {database}.tag_statuses
(
    tag_id String COMMENT 'submission_id/order_id',
    revision UInt64,
    status LowCardinality(String),
    reason LowCardinality(String),
    shown_as LowCardinality(String),
    platform LowCardinality(String),
    buyer_key String,
    shop_id String,
    order_id String,
    scenario LowCardinality(String) COMMENT 'empty: none or several were given',
    distinct_shops UInt32,
    threshold UInt32,
    window_days UInt32,
    decided_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    policy_version LowCardinality(String),
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    stored_at DateTime('UTC') DEFAULT now() CODEC(Delta, ZSTD),
    INDEX by_tag tag_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_buyer buyer_key TYPE bloom_filter GRANULARITY 1,
    INDEX by_order order_id TYPE bloom_filter GRANULARITY 1,
    CONSTRAINT has_id CHECK tag_id != '',
    CONSTRAINT decided_at_in_this_century CHECK decided_at >= '2000-01-01 00:00:00' AND decided_at < '2100-01-01 00:00:00'
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY (shop_id, tag_id)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

-- A confirmation is about one buyer.
CREATE TABLE IF NOT EXISTS {database}.tag_confirmations
(
    confirmation_id String,
    revision UInt64,
    status LowCardinality(String),
    platform LowCardinality(String),
    buyer_key String,
    scenario LowCardinality(String),
    basis LowCardinality(String),
    tag_ids Array(String),
    shop_ids Array(String),
    order_ids Array(String),
    alert_ids Array(String),
    confirmed_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    policy_version LowCardinality(String),
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    stored_at DateTime('UTC') DEFAULT now() CODEC(Delta, ZSTD),
    INDEX by_confirmation confirmation_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_tag tag_ids TYPE bloom_filter GRANULARITY 1,
    INDEX by_alert alert_ids TYPE bloom_filter GRANULARITY 1,
    CONSTRAINT has_id CHECK confirmation_id != '',
    CONSTRAINT confirmed_at_in_this_century CHECK confirmed_at >= '2000-01-01 00:00:00' AND confirmed_at < '2100-01-01 00:00:00'
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY (buyer_key, confirmation_id)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

-- Kind and subject are what a consequence_id is made of.
CREATE TABLE IF NOT EXISTS {database}.consequences
(
    consequence_id String,
    revision UInt64,
    status LowCardinality(String),
    kind LowCardinality(String),
    subject_kind LowCardinality(String),
    subject_id String COMMENT 'the keyed hash when the subject is a buyer',
    platform LowCardinality(String),
    because Array(String),
    details Map(LowCardinality(String), String),
    starts_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    ends_at Nullable(DateTime64(3, 'UTC')),
    policy_version LowCardinality(String),
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    stored_at DateTime('UTC') DEFAULT now() CODEC(Delta, ZSTD),
    INDEX by_consequence consequence_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_subject subject_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_because because TYPE bloom_filter GRANULARITY 1,
    CONSTRAINT has_id CHECK consequence_id != '',
    CONSTRAINT starts_at_in_this_century CHECK starts_at >= '2000-01-01 00:00:00' AND starts_at < '2100-01-01 00:00:00'
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY (kind, subject_id, consequence_id)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;
