-- What the desk's queue asks for, narrow enough to be read whole for every page of it.
--
-- open_cases has one row for each alert: while it is open, what the queue orders, chooses and shows; once it is not, nothing
-- but that, under a key of 16 bytes. It stays for as long as the alert does: were it let go, an older revision that is
-- stored again would open the case once more. label_marks: how each verdict called its detector. refund_answers: until when
-- each refund must be answered, and whether it is over. All are fed from each insert, as the histories are (009_history.sql),
-- and what is told again falls on the same key.
--
-- Keys are hashes of what no revision changes: an alert's id, a label's, a refund's with its buyer.

CREATE TABLE IF NOT EXISTS {database}.open_cases
(
    case_key UInt128 COMMENT 'hash of the alert id',
    revision UInt64,
    is_open Bool,
    alert_id String COMMENT 'this and what follows is empty where it is not open',
    status LowCardinality(String),
    detector LowCardinality(String),
    scenario LowCardinality(String),
    family LowCardinality(String),
    severity LowCardinality(String),
    platform LowCardinality(String),
    buyer_key String COMMENT 'keyed hash of the buyer id',
    shop_id String,
    refund_keys Array(UInt128) COMMENT 'hashes of buyer and refund',
    orders_shop_ids Array(String),
    orders_order_ids Array(String),
    decided_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    amount_at_stake_minor Nullable(Int64),
    currency LowCardinality(String),
    route LowCardinality(String),
    recommendation LowCardinality(String),
    historical Nullable(Bool),
    stored_at DateTime('UTC') CODEC(Delta, ZSTD)
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY case_key
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.alerts_to_open_cases TO {database}.open_cases AS
SELECT reinterpretAsUInt128(sipHash128(a.alert_id)) AS case_key, a.revision AS revision,
    a.status IN ('open', 'upgraded') AS is_open,
    if(is_open, a.alert_id, '') AS alert_id, if(is_open, a.status, '') AS status,
    if(is_open, a.detector, '') AS detector, if(is_open, a.scenario, '') AS scenario,
    if(is_open, a.family, '') AS family, if(is_open, a.severity, '') AS severity,
    if(is_open, a.platform, '') AS platform, if(is_open, a.buyer_key, '') AS buyer_key,
    if(is_open, a.shop_id, '') AS shop_id,
    arrayMap(id -> reinterpretAsUInt128(sipHash128(a.buyer_key, id)), if(is_open, a.refund_ids, [])) AS refund_keys,
    if(is_open, a.orders_shop_ids, []) AS orders_shop_ids, if(is_open, a.orders_order_ids, []) AS orders_order_ids,
    if(is_open, a.decided_at, toDateTime64(0, 3, 'UTC')) AS decided_at,
    if(is_open, a.amount_at_stake_minor, NULL) AS amount_at_stake_minor, if(is_open, a.currency, '') AS currency,
    if(is_open, a.route, '') AS route, if(is_open, a.recommendation, '') AS recommendation,
    if(is_open, a.historical, NULL) AS historical, a.stored_at AS stored_at
FROM {database}.alerts AS a;

CREATE TABLE IF NOT EXISTS {database}.label_marks
(
    label_key UInt128 COMMENT 'hash of the label id',
    revision UInt64,
    detector LowCardinality(String),
    is_right Bool COMMENT 'it stands and calls the alert a true positive',
    is_wrong Bool COMMENT 'it stands and calls the alert a false positive',
    stored_at DateTime('UTC') CODEC(Delta, ZSTD)
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY label_key
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.labels_to_label_marks TO {database}.label_marks AS
SELECT reinterpretAsUInt128(sipHash128(label_id)) AS label_key, revision, detector,
    status = 'standing' AND label = 'true_positive' AS is_right,
    status = 'standing' AND label = 'false_positive' AS is_wrong,
    stored_at
FROM {database}.labels;

CREATE TABLE IF NOT EXISTS {database}.refund_answers
(
    refund_key UInt128 COMMENT 'hash of buyer and refund',
    occurred_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    event_id String,
    buyer_key String,
    is_over Bool COMMENT 'nobody waits for an answer after this event',
    deadline_at Nullable(DateTime64(3, 'UTC')),
    stored_at DateTime('UTC') CODEC(Delta, ZSTD)
)
ENGINE = ReplacingMergeTree
ORDER BY (refund_key, occurred_at, event_id)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS index_granularity = 512, non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.refunds_to_refund_answers TO {database}.refund_answers AS
SELECT reinterpretAsUInt128(sipHash128(buyer_key, refund_id)) AS refund_key, occurred_at, event_id, buyer_key,
    status IN ('completed', 'withdrawn', 'refused') AS is_over, deadline_at, stored_at
FROM {database}.refunds;

CREATE VIEW IF NOT EXISTS {database}.open_cases_current AS
SELECT * FROM {database}.open_cases FINAL WHERE is_open;

-- What is stored already. Rows that come in meanwhile fall on the same keys.
INSERT INTO {database}.open_cases (case_key, revision, is_open, alert_id, status, detector, scenario, family, severity, platform,
    buyer_key, shop_id, refund_keys, orders_shop_ids, orders_order_ids, decided_at, amount_at_stake_minor, currency, route, recommendation, historical, stored_at)
SELECT reinterpretAsUInt128(sipHash128(a.alert_id)) AS case_key, a.revision AS revision,
    a.status IN ('open', 'upgraded') AS is_open,
    if(is_open, a.alert_id, '') AS alert_id, if(is_open, a.status, '') AS status,
    if(is_open, a.detector, '') AS detector, if(is_open, a.scenario, '') AS scenario,
    if(is_open, a.family, '') AS family, if(is_open, a.severity, '') AS severity,
    if(is_open, a.platform, '') AS platform, if(is_open, a.buyer_key, '') AS buyer_key,
    if(is_open, a.shop_id, '') AS shop_id,
    arrayMap(id -> reinterpretAsUInt128(sipHash128(a.buyer_key, id)), if(is_open, a.refund_ids, [])) AS refund_keys,
    if(is_open, a.orders_shop_ids, []) AS orders_shop_ids, if(is_open, a.orders_order_ids, []) AS orders_order_ids,
    if(is_open, a.decided_at, toDateTime64(0, 3, 'UTC')) AS decided_at,
    if(is_open, a.amount_at_stake_minor, NULL) AS amount_at_stake_minor, if(is_open, a.currency, '') AS currency,
    if(is_open, a.route, '') AS route, if(is_open, a.recommendation, '') AS recommendation,
    if(is_open, a.historical, NULL) AS historical, a.stored_at AS stored_at
FROM {database}.alerts AS a;

INSERT INTO {database}.label_marks (label_key, revision, detector, is_right, is_wrong, stored_at)
SELECT reinterpretAsUInt128(sipHash128(label_id)) AS label_key, revision, detector,
    status = 'standing' AND label = 'true_positive' AS is_right,
    status = 'standing' AND label = 'false_positive' AS is_wrong,
    stored_at
FROM {database}.labels;

INSERT INTO {database}.refund_answers (refund_key, occurred_at, event_id, buyer_key, is_over, deadline_at, stored_at)
SELECT reinterpretAsUInt128(sipHash128(buyer_key, refund_id)) AS refund_key, occurred_at, event_id, buyer_key,
    status IN ('completed', 'withdrawn', 'refused') AS is_over, deadline_at, stored_at
FROM {database}.refunds;
