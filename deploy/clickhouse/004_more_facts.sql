-- The remaining raw facts; the rules of 003_facts.sql hold.

CREATE TABLE IF NOT EXISTS {database}.inspections
(
    event_id String,
    occurred_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    platform LowCardinality(String),
    refund_id String,
    order_id String,
    buyer_key String,
    shop_id String,
    waybill_no String,
    received_sku_ids Array(String),
    received_quantities Array(UInt32),
    condition Array(LowCardinality(String)),
    authentic Nullable(Bool),
    package LowCardinality(String),
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    stored_at DateTime('UTC') DEFAULT now() CODEC(Delta, ZSTD),
    INDEX by_event event_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_refund refund_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_order order_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_waybill waybill_no TYPE bloom_filter GRANULARITY 1
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (buyer_key, occurred_at, event_id)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS {database}.reviews
(
    event_id String,
    occurred_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    platform LowCardinality(String),
    review_id String,
    order_id String,
    buyer_key String,
    shop_id String,
    rating UInt8,
    demands_money Bool,
    advertises Bool,
    chat_evidence_no String,
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    stored_at DateTime('UTC') DEFAULT now() CODEC(Delta, ZSTD),
    INDEX by_event event_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_order order_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_shop shop_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (buyer_key, occurred_at, event_id)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS {database}.complaints
(
    event_id String,
    occurred_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    platform LowCardinality(String),
    complaint_id String,
    buyer_key String,
    shop_id String,
    complainant LowCardinality(String),
    status LowCardinality(String),
    type LowCardinality(String),
    order_id String,
    demands_money Bool,
    chat_evidence_no String,
    evidence_kinds Array(LowCardinality(String)),
    evidence_sha256s Array(String),
    evidence_phashes Array(String),
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    stored_at DateTime('UTC') DEFAULT now() CODEC(Delta, ZSTD),
    INDEX by_event event_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_complaint complaint_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_order order_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_shop shop_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (buyer_key, occurred_at, event_id)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS {database}.contacts
(
    event_id String,
    occurred_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    platform LowCardinality(String),
    order_id String,
    buyer_key String,
    shop_id String,
    channel LowCardinality(String),
    answered Bool,
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    stored_at DateTime('UTC') DEFAULT now() CODEC(Delta, ZSTD),
    INDEX by_event event_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_order order_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_shop shop_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (buyer_key, occurred_at, event_id)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS {database}.insurance
(
    event_id String,
    occurred_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    platform LowCardinality(String),
    claim_id String,
    order_id String,
    buyer_key String,
    shop_id String,
    status LowCardinality(String),
    amount_minor Nullable(Int64),
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    stored_at DateTime('UTC') DEFAULT now() CODEC(Delta, ZSTD),
    INDEX by_event event_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_claim claim_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_order order_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (buyer_key, occurred_at, event_id)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS {database}.tags
(
    event_id String,
    occurred_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    platform LowCardinality(String),
    submission_id String,
    shop_id String,
    account_id String,
    scenarios Array(String),
    order_ids Array(String),
    buyer_keys Array(String),
    chat_evidence_no String,
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    stored_at DateTime('UTC') DEFAULT now() CODEC(Delta, ZSTD),
    INDEX by_event event_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_submission submission_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_order order_ids TYPE bloom_filter GRANULARITY 1,
    INDEX by_buyer buyer_keys TYPE bloom_filter GRANULARITY 1
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (shop_id, occurred_at, event_id)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS {database}.verdicts
(
    event_id String,
    occurred_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    platform LowCardinality(String),
    alert_id String,
    buyer_key String,
    shop_id String,
    account_id String,
    verdict LowCardinality(String),
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    stored_at DateTime('UTC') DEFAULT now() CODEC(Delta, ZSTD),
    INDEX by_event event_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_alert alert_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_shop shop_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (buyer_key, occurred_at, event_id)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS {database}.shops
(
    event_id String,
    occurred_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    platform LowCardinality(String),
    shop_id String,
    return_address_keys Array(String),
    phone_key String,
    device_keys Array(String),
    payment_key String,
    category LowCardinality(String),
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    stored_at DateTime('UTC') DEFAULT now() CODEC(Delta, ZSTD),
    INDEX by_event event_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (shop_id, occurred_at, event_id)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS {database}.accounts
(
    event_id String,
    occurred_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    platform LowCardinality(String),
    shop_id String,
    account_id String,
    status LowCardinality(String),
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    stored_at DateTime('UTC') DEFAULT now() CODEC(Delta, ZSTD),
    INDEX by_event event_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_account account_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (shop_id, occurred_at, event_id)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS {database}.violations
(
    event_id String,
    occurred_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    platform LowCardinality(String),
    case_id String,
    shop_id String,
    status LowCardinality(String),
    severe Bool,
    order_ids Array(String),
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    stored_at DateTime('UTC') DEFAULT now() CODEC(Delta, ZSTD),
    INDEX by_event event_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_case case_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (shop_id, occurred_at, event_id)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS {database}.abuses
(
    event_id String,
    occurred_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    platform LowCardinality(String),
    shop_id String,
    submission_id String,
    kind LowCardinality(String),
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    stored_at DateTime('UTC') DEFAULT now() CODEC(Delta, ZSTD),
    INDEX by_event event_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_submission submission_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (shop_id, occurred_at, event_id)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;
