-- What the desk's queue asks for, narrow enough to be read whole for every page of it.
--
-- open_cases has one row for each alert: while it is open, what the queue orders, chooses and shows; once it is not, nothing
-- but that, under a key of 16 bytes. waiting_orders likewise: orders of which a tag or a report waits to be decided.
-- label_marks: how each verdict called its detector. They are fed from each insert as the histories are (009_history.sql),
-- and what is told again falls on the same key: a row is never let go because its alert was closed, or an older revision
-- that is stored again would open it once more.
--
-- The keys are hashes of what is never revised: an alert's id, or a tag's, report's or label's with its scope.

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
    refund_ids Array(String),
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
    if(is_open, a.shop_id, '') AS shop_id, if(is_open, a.refund_ids, []) AS refund_ids,
    if(is_open, a.orders_shop_ids, []) AS orders_shop_ids, if(is_open, a.orders_order_ids, []) AS orders_order_ids,
    if(is_open, a.decided_at, toDateTime64(0, 3, 'UTC')) AS decided_at,
    if(is_open, a.amount_at_stake_minor, NULL) AS amount_at_stake_minor, if(is_open, a.currency, '') AS currency,
    if(is_open, a.route, '') AS route, if(is_open, a.recommendation, '') AS recommendation,
    if(is_open, a.historical, NULL) AS historical, a.stored_at AS stored_at
FROM {database}.alerts AS a;
