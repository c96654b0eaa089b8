-- Shops' verdicts on alerts, as labels for measuring detectors: one label per alert. Detector and buyer are the alert's,
-- and an alert_id is made of both, so they may lead the key (the rule of 001_alerts.sql). The shop that answers may
-- change with a later verdict, and labelled_at does.
CREATE TABLE IF NOT EXISTS {database}.labels
(
    label_id String,
    revision UInt64,
    status LowCardinality(String),
    label LowCardinality(String),
    alert_id String,
    detector LowCardinality(String),
    scenario LowCardinality(String),
    family LowCardinality(String),
    severity LowCardinality(String),
    platform LowCardinality(String),
    buyer_key String,
    shop_id String COMMENT 'empty: the alert is not about one shop',
    answered_by_shop_id String,
    account_id String,
    labelled_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    policy_version LowCardinality(String) COMMENT 'of the alert',
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    stored_at DateTime('UTC') DEFAULT now() CODEC(Delta, ZSTD),
    INDEX by_label label_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_alert alert_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_buyer buyer_key TYPE bloom_filter GRANULARITY 1,
    INDEX by_answer answered_by_shop_id TYPE bloom_filter GRANULARITY 1,
    CONSTRAINT has_id CHECK label_id != '',
    CONSTRAINT labelled_at_in_this_century CHECK labelled_at >= '2000-01-01 00:00:00' AND labelled_at < '2100-01-01 00:00:00'
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY (detector, buyer_key, label_id)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

-- A finding of abuse that takes back an earlier one names it.
ALTER TABLE {database}.abuses ADD COLUMN IF NOT EXISTS withdraws String COMMENT 'event_id of the finding taken back' AFTER kind;
