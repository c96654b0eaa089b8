-- Raw facts: the events as they came, one table per stream. An event never changes, so event time may stand in the
-- key and cut the months; a re-sent copy of an event falls on the same key and counts once in FINAL.
-- Absent text is '', absent numbers and flags are NULL. Identifying values are keyed hashes (*_key): they join
-- with each other across tables, the originals stand in `identities` alone. A buyer's note is not kept, only that
-- there was one.

CREATE TABLE IF NOT EXISTS {database}.orders
(
    event_id String,
    occurred_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    platform LowCardinality(String),
    order_id String,
    buyer_key String,
    shop_id String,
    status LowCardinality(String),
    line_sku_ids Array(String),
    line_quantities Array(UInt32),
    line_prices_minor Array(Int64),
    line_item_ids Array(String),
    currency LowCardinality(String),
    region LowCardinality(String),
    address_key String,
    area_key String,
    address_valid Nullable(Bool),
    phone_key String,
    device_key String,
    payment_key String,
    promotion_id String,
    affiliate_id String,
    freight_insured Bool,
    custom_made Bool,
    has_note Bool,
    stock_zeroed Bool,
    carrier LowCardinality(String),
    waybill_no String,
    total_minor Int64 MATERIALIZED arraySum((q, p) -> q * p, line_quantities, line_prices_minor),
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    stored_at DateTime('UTC') DEFAULT now() CODEC(Delta, ZSTD),
    INDEX by_event event_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_order order_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_shop shop_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_waybill waybill_no TYPE bloom_filter GRANULARITY 1,
    INDEX by_address address_key TYPE bloom_filter GRANULARITY 1,
    INDEX by_device device_key TYPE bloom_filter GRANULARITY 1
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (buyer_key, occurred_at, event_id)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS {database}.refunds
(
    event_id String,
    occurred_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    platform LowCardinality(String),
    refund_id String,
    order_id String,
    buyer_key String,
    shop_id String,
    status LowCardinality(String),
    type LowCardinality(String),
    reason LowCardinality(String),
    claims_received Nullable(Bool),
    line_sku_ids Array(String),
    line_quantities Array(UInt32),
    amount_minor Nullable(Int64),
    carrier LowCardinality(String),
    waybill_no String,
    offline Bool,
    evidence_kinds Array(LowCardinality(String)),
    evidence_sha256s Array(String),
    evidence_phashes Array(String),
    deadline_at Nullable(DateTime64(3, 'UTC')),
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    stored_at DateTime('UTC') DEFAULT now() CODEC(Delta, ZSTD),
    INDEX by_event event_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_refund refund_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_order order_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_shop shop_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_waybill waybill_no TYPE bloom_filter GRANULARITY 1,
    INDEX by_picture evidence_sha256s TYPE bloom_filter GRANULARITY 1
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (buyer_key, occurred_at, event_id)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS {database}.logistics
(
    event_id String,
    occurred_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    platform LowCardinality(String),
    carrier LowCardinality(String),
    waybill_no String,
    order_id String,
    scan LowCardinality(String),
    facility String,
    destination_key String,
    package LowCardinality(String),
    weight_grams Nullable(UInt32),
    signer LowCardinality(String),
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    stored_at DateTime('UTC') DEFAULT now() CODEC(Delta, ZSTD),
    INDEX by_event event_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_order order_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (waybill_no, occurred_at, event_id)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;
