-- Every revision of an alert, as there are of the other records: people are shown how a case came to be what it is.
CREATE TABLE IF NOT EXISTS {database}.alert_revisions AS {database}.alerts
ENGINE = ReplacingMergeTree
ORDER BY (alert_id, revision)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.alerts_to_revisions TO {database}.alert_revisions AS
SELECT * FROM {database}.alerts;

CREATE VIEW IF NOT EXISTS {database}.alerts_history AS
SELECT * FROM {database}.alert_revisions FINAL;

-- What is stored already, as far as it was not merged away.
INSERT INTO {database}.alert_revisions SELECT * FROM {database}.alerts;

-- Who has a case in hand. No fact: nothing is judged by it.
CREATE TABLE IF NOT EXISTS {database}.case_acts
(
    event_id String,
    occurred_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    platform LowCardinality(String),
    alert_id String,
    actor String,
    act LowCardinality(String),
    shop_id String COMMENT 'empty: somebody of the platform',
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    stored_at DateTime('UTC') DEFAULT now() CODEC(Delta, ZSTD)
)
ENGINE = ReplacingMergeTree
ORDER BY (alert_id, occurred_at, event_id)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

-- Who looked at or did what on the surfaces.
CREATE TABLE IF NOT EXISTS {database}.audit
(
    event_id String,
    occurred_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    actor String,
    role LowCardinality(String),
    kind LowCardinality(String),
    what String,
    alert_id String COMMENT 'empty: not about a case',
    sent_event_id String COMMENT 'the event an act became',
    status UInt16,
    origin String COMMENT 'network address of the request',
    reason String CODEC(ZSTD),
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    stored_at DateTime('UTC') DEFAULT now() CODEC(Delta, ZSTD),
    INDEX by_alert alert_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (actor, occurred_at, event_id)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;
