-- How chargebacks ended. A chargeback belongs to one shop for good, so shop_id may lead the key (the rule of 001_alerts.sql).
CREATE TABLE IF NOT EXISTS {database}.chargeback_outcomes
(
    outcome_id String,
    revision UInt64,
    status LowCardinality(String),
    chargeback_id String,
    platform LowCardinality(String),
    buyer_key String,
    shop_id String,
    order_id String,
    decided_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    policy_version LowCardinality(String),
    historical Nullable(Bool) COMMENT 'decided before the installation went live, NULL where it names no such moment',
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    stored_at DateTime('UTC') DEFAULT now() CODEC(Delta, ZSTD),
    INDEX by_outcome outcome_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_buyer buyer_key TYPE bloom_filter GRANULARITY 1,
    CONSTRAINT has_id CHECK outcome_id != '',
    CONSTRAINT decided_at_in_this_century CHECK decided_at >= '2000-01-01 00:00:00' AND decided_at < '2100-01-01 00:00:00'
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY (shop_id, outcome_id)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

CREATE VIEW IF NOT EXISTS {database}.chargeback_outcomes_current AS
SELECT * FROM {database}.chargeback_outcomes FINAL WHERE status != 'reopened';
