-- Answers that were given about refunds, returns, orders and claims, which of them no longer held, and what became of them.
-- A request has one answer: where two instances gave one each at the same moment, one of them is shown.
CREATE TABLE IF NOT EXISTS {database}.decisions
(
    decision_id String,
    request_id String,
    asked_by LowCardinality(String) COMMENT 'name of the token',
    about LowCardinality(String),
    answer LowCardinality(String),
    given_by LowCardinality(String) COMMENT 'view, or what the policy says where nothing was known up to then',
    platform LowCardinality(String),
    buyer_key String,
    shop_id String,
    order_id String,
    refund_id String COMMENT 'empty: none',
    claim_id String COMMENT 'empty: none',
    waybill_nos Array(String),
    are_goods_found Bool,
    because_streams Array(LowCardinality(String)),
    because_ids Array(String),
    because_revisions Array(UInt64),
    reasons Array(String) CODEC(ZSTD),
    reasons_zh Array(String) CODEC(ZSTD),
    amount_at_stake_minor Nullable(Int64),
    currency LowCardinality(String),
    asked_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    as_of DateTime64(3, 'UTC') CODEC(Delta, ZSTD) COMMENT 'how far the service had read what stands',
    valid_until DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    policy_version LowCardinality(String),
    is_judged Bool COMMENT 'the engine was asked what would follow',
    not_asked Array(String) COMMENT 'whom it would have had to ask first',
    supposed_ids Array(String) COMMENT 'what it would have published',
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    stored_at DateTime('UTC') DEFAULT now() CODEC(Delta, ZSTD),
    INDEX by_buyer buyer_key TYPE bloom_filter GRANULARITY 1,
    INDEX by_order order_id TYPE bloom_filter GRANULARITY 1,
    CONSTRAINT has_id CHECK decision_id != ''
)
ENGINE = ReplacingMergeTree
ORDER BY decision_id
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS {database}.decision_changes
(
    change_id String,
    decision_id String,
    revision UInt64 COMMENT 'counts the changes of a decision from 0',
    request_id String,
    asked_by LowCardinality(String),
    about LowCardinality(String),
    was LowCardinality(String),
    answer LowCardinality(String),
    platform LowCardinality(String),
    buyer_key String,
    shop_id String,
    order_id String,
    because_streams Array(LowCardinality(String)),
    because_ids Array(String),
    because_revisions Array(UInt64),
    reasons Array(String) CODEC(ZSTD),
    reasons_zh Array(String) CODEC(ZSTD),
    changed_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    as_of DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    valid_until DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    policy_version LowCardinality(String),
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    stored_at DateTime('UTC') DEFAULT now() CODEC(Delta, ZSTD),
    INDEX by_buyer buyer_key TYPE bloom_filter GRANULARITY 1
)
ENGINE = ReplacingMergeTree
ORDER BY (decision_id, revision)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

-- What became of an answer, as whoever asked tells it; later words count, and each may say one thing of the two.
CREATE TABLE IF NOT EXISTS {database}.decision_outcomes
(
    event_id String,
    occurred_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    decision_id String,
    about LowCardinality(String),
    answer LowCardinality(String),
    platform LowCardinality(String),
    buyer_key String,
    shop_id String,
    followed LowCardinality(String) COMMENT 'followed, not_followed; unknown: not said',
    right LowCardinality(String) COMMENT 'right, wrong; unknown: not said',
    told_by LowCardinality(String) COMMENT 'name of the token',
    note String CODEC(ZSTD),
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    stored_at DateTime('UTC') DEFAULT now() CODEC(Delta, ZSTD),
    INDEX by_buyer buyer_key TYPE bloom_filter GRANULARITY 1
)
ENGINE = ReplacingMergeTree
ORDER BY (decision_id, occurred_at, event_id)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

CREATE VIEW IF NOT EXISTS {database}.decision_outcomes_latest AS
SELECT decision_id,
    argMaxIf(followed, (occurred_at, event_id), followed != 'unknown') AS followed,
    argMaxIf(right, (occurred_at, event_id), right != 'unknown') AS right
FROM {database}.decision_outcomes FINAL
GROUP BY decision_id;

-- Each answer once, with what was said in its place last and what became of it; empty where nothing was told.
CREATE VIEW IF NOT EXISTS {database}.decisions_latest AS
SELECT d.*, answer_now, followed, right
FROM {database}.decisions AS d FINAL
LEFT JOIN (
    SELECT decision_id AS changed_id, argMax(answer, revision) AS answer_now
    FROM {database}.decision_changes GROUP BY changed_id
) AS c ON c.changed_id = d.decision_id
LEFT JOIN (
    SELECT decision_id AS told_id, followed, right FROM {database}.decision_outcomes_latest
) AS o ON o.told_id = d.decision_id;
