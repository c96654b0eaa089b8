-- Alerts: every revision of every alert; FINAL (or the view alerts_latest) shows the newest of each.
--
-- ReplacingMergeTree replaces rows that agree in the whole ORDER BY key, and only inside one partition. So the key
-- and the partition may hold nothing that can differ between two revisions of one alert. `detector` and the buyer
-- are part of what an alert_id is made of. `scenario` is not (a policy may rename a label), nor is any time: a late
-- event moves first_event_at and decided_at, and with them the hour and the month. Hence no time in the key, and no
-- partitions. Questions about days are answered by the roll-up daily_scenarios.
--
-- Retention counts from stored_at, never from event time: a revision is stored after the one it replaces, so the
-- older row always expires first and a withdrawn alert can never come back to life.
CREATE TABLE IF NOT EXISTS {database}.alerts
(
    alert_id String,
    revision UInt64,
    status LowCardinality(String),
    detector LowCardinality(String),
    scenario LowCardinality(String),
    family LowCardinality(String),
    severity LowCardinality(String),
    platform LowCardinality(String),
    buyer_key String COMMENT 'keyed hash of the buyer id',
    shop_id String COMMENT 'empty: not about one shop',
    order_ids Array(String),
    refund_ids Array(String),
    waybill_nos Array(String),
    linked_buyer_keys Array(String),
    first_event_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    decided_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    evidence_streams Array(LowCardinality(String)),
    evidence_event_ids Array(String),
    evidence_times Array(DateTime64(3, 'UTC')),
    facts Map(LowCardinality(String), String),
    explanation String CODEC(ZSTD),
    explanation_zh String CODEC(ZSTD),
    recommendation LowCardinality(String),
    route LowCardinality(String),
    policy_version LowCardinality(String),
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD) COMMENT 'broker time of the record',
    stored_at DateTime('UTC') DEFAULT now() CODEC(Delta, ZSTD),
    INDEX by_alert alert_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_buyer buyer_key TYPE bloom_filter GRANULARITY 1,
    INDEX by_shop shop_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_order order_ids TYPE bloom_filter GRANULARITY 1,
    INDEX by_waybill waybill_nos TYPE bloom_filter GRANULARITY 1,
    INDEX by_decided decided_at TYPE minmax GRANULARITY 1,
    CONSTRAINT has_id CHECK alert_id != '',
    CONSTRAINT decided_in_this_century CHECK decided_at >= '2000-01-01 00:00:00' AND decided_at < '2100-01-01 00:00:00'
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY (detector, buyer_key, alert_id)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

-- Evidence: one row per alert and event it rests on, ordered the other way round: from an event to its alerts.
-- A later revision may rest on fewer events, and nothing replaces the row of a reference it dropped: evidence_current
-- keeps the references of each alert's newest revision only.
CREATE TABLE IF NOT EXISTS {database}.evidence
(
    alert_id String,
    revision UInt64,
    detector LowCardinality(String),
    buyer_key String,
    stream LowCardinality(String),
    event_id String,
    occurred_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    stored_at DateTime('UTC') DEFAULT now() CODEC(Delta, ZSTD),
    INDEX by_alert alert_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_buyer buyer_key TYPE bloom_filter GRANULARITY 1
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY (stream, event_id, alert_id)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.alerts_to_evidence TO {database}.evidence AS
SELECT alert_id, revision, detector, buyer_key, stream, event_id, occurred_at, recorded_at
FROM {database}.alerts
ARRAY JOIN evidence_streams AS stream, evidence_event_ids AS event_id, evidence_times AS occurred_at;
