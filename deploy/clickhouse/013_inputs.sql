-- What inputs may say since they grew, and three streams more; the rules of 003_facts.sql hold. Rows stored before have
-- none of it: '', false, NULL and empty lists, evidence_origins too, which is then shorter than evidence_kinds.
ALTER TABLE {database}.orders
    ADD COLUMN IF NOT EXISTS note_meaningless Bool AFTER stock_zeroed,
    ADD COLUMN IF NOT EXISTS line_component_sku_ids Array(Array(String)) COMMENT 'the parts of a set, a list per line' AFTER line_item_ids,
    ADD COLUMN IF NOT EXISTS line_component_quantities Array(Array(UInt32)) COMMENT 'pieces in one piece of the set' AFTER line_component_sku_ids,
    ADD COLUMN IF NOT EXISTS cancelled_by LowCardinality(String) AFTER status,
    ADD COLUMN IF NOT EXISTS parcel_carriers Array(LowCardinality(String)) AFTER waybill_no,
    ADD COLUMN IF NOT EXISTS parcel_waybill_nos Array(String) AFTER parcel_carriers,
    ADD COLUMN IF NOT EXISTS parcel_sku_ids Array(Array(String)) COMMENT 'what is in each parcel; empty: not said' AFTER parcel_waybill_nos,
    ADD COLUMN IF NOT EXISTS parcel_quantities Array(Array(UInt32)) AFTER parcel_sku_ids;

ALTER TABLE {database}.refunds
    ADD COLUMN IF NOT EXISTS currency LowCardinality(String) COMMENT 'of amount_minor; empty: that of the order' AFTER amount_minor,
    ADD COLUMN IF NOT EXISTS waybill_cleared Bool COMMENT 'the platform took the number back' AFTER waybill_no,
    ADD COLUMN IF NOT EXISTS approved_by String AFTER offline,
    ADD COLUMN IF NOT EXISTS evidence_origins Array(LowCardinality(String)) AFTER evidence_phashes;

ALTER TABLE {database}.complaints
    ADD COLUMN IF NOT EXISTS evidence_origins Array(LowCardinality(String)) AFTER evidence_phashes;

ALTER TABLE {database}.logistics
    ADD COLUMN IF NOT EXISTS time_is_local Bool COMMENT 'occurred_at is local time stamped as UTC' AFTER signer,
    ADD COLUMN IF NOT EXISTS received_at Nullable(DateTime64(3, 'UTC')) AFTER time_is_local;

ALTER TABLE {database}.inspections
    ADD COLUMN IF NOT EXISTS weight_grams Nullable(UInt32) AFTER package,
    ADD COLUMN IF NOT EXISTS nothing_came Bool AFTER weight_grams;

ALTER TABLE {database}.tags
    ADD COLUMN IF NOT EXISTS withdraws String COMMENT 'event_id of the submission taken back' AFTER chat_evidence_no;

ALTER TABLE {database}.verdicts
    ADD COLUMN IF NOT EXISTS reviewer String AFTER account_id,
    ADD COLUMN IF NOT EXISTS alert_revision Nullable(UInt32) COMMENT 'what the reviewer saw' AFTER verdict,
    ADD COLUMN IF NOT EXISTS reason String CODEC(ZSTD) AFTER alert_revision,
    ADD COLUMN IF NOT EXISTS withdraws String COMMENT 'event_id of the verdict taken back' AFTER reason;

CREATE TABLE IF NOT EXISTS {database}.chargebacks
(
    event_id String,
    occurred_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    platform LowCardinality(String),
    chargeback_id String,
    order_id String,
    buyer_key String,
    shop_id String,
    payment_key String,
    status LowCardinality(String),
    amount_minor Nullable(Int64),
    currency LowCardinality(String),
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    stored_at DateTime('UTC') DEFAULT now() CODEC(Delta, ZSTD),
    INDEX by_event event_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_chargeback chargeback_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_order order_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_shop shop_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (buyer_key, occurred_at, event_id)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS {database}.order_limits
(
    event_id String,
    occurred_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    platform LowCardinality(String),
    shop_id String,
    buyer_key String,
    account_id String,
    status LowCardinality(String),
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    stored_at DateTime('UTC') DEFAULT now() CODEC(Delta, ZSTD),
    INDEX by_event event_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_shop shop_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (buyer_key, occurred_at, event_id)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS {database}.appeals
(
    event_id String,
    occurred_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    platform LowCardinality(String),
    appeal_id String,
    buyer_key String,
    consequence_id String,
    status LowCardinality(String),
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    stored_at DateTime('UTC') DEFAULT now() CODEC(Delta, ZSTD),
    INDEX by_event event_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_appeal appeal_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_consequence consequence_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (buyer_key, occurred_at, event_id)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

-- Event time has come this far, by the newest event of any stream. Ages are measured from here, so that a replayed year
-- gives the same answers whenever it is asked.
CREATE OR REPLACE VIEW {database}.newest_event AS
SELECT max(newest) AS at
FROM (
    SELECT max(occurred_at) AS newest FROM {database}.orders
    UNION ALL SELECT max(occurred_at) FROM {database}.refunds
    UNION ALL SELECT max(occurred_at) FROM {database}.logistics
    UNION ALL SELECT max(occurred_at) FROM {database}.inspections
    UNION ALL SELECT max(occurred_at) FROM {database}.reviews
    UNION ALL SELECT max(occurred_at) FROM {database}.complaints
    UNION ALL SELECT max(occurred_at) FROM {database}.contacts
    UNION ALL SELECT max(occurred_at) FROM {database}.insurance
    UNION ALL SELECT max(occurred_at) FROM {database}.tags
    UNION ALL SELECT max(occurred_at) FROM {database}.verdicts
    UNION ALL SELECT max(occurred_at) FROM {database}.shops
    UNION ALL SELECT max(occurred_at) FROM {database}.accounts
    UNION ALL SELECT max(occurred_at) FROM {database}.violations
    UNION ALL SELECT max(occurred_at) FROM {database}.abuses
    UNION ALL SELECT max(occurred_at) FROM {database}.chargebacks
    UNION ALL SELECT max(occurred_at) FROM {database}.order_limits
    UNION ALL SELECT max(occurred_at) FROM {database}.appeals
);
