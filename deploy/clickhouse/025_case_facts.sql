-- The facts of one buyer side by side, for the page of a case: it shows few events of many streams, and to look into nine
-- tables, each in granules of 8192 rows, takes many times longer than to read them here. `told` is the event's row as JSON,
-- column by column. Fed from each insert, as the histories are (009_history.sql); a copy of an event falls on itself.
-- A column that is added to one of the tables is added to the query of its view (ALTER TABLE ... MODIFY QUERY).

CREATE TABLE IF NOT EXISTS {database}.case_facts
(
    buyer_key String,
    stream LowCardinality(String),
    occurred_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    event_id String,
    platform LowCardinality(String),
    shop_id String,
    order_id String,
    refund_id String,
    alert_id String,
    told String CODEC(ZSTD),
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    stored_at DateTime('UTC') CODEC(Delta, ZSTD)
)
ENGINE = ReplacingMergeTree
ORDER BY (buyer_key, stream, occurred_at, event_id)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS index_granularity = 256, non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.orders_to_case_facts TO {database}.case_facts AS
SELECT buyer_key, 'orders' AS stream, occurred_at, event_id, platform, shop_id, order_id, '' AS refund_id, '' AS alert_id,
    formatRowNoNewline('JSONEachRow',
        event_id, occurred_at, platform, order_id, shop_id, buyer_key, status, currency, region, carrier,
        line_sku_ids, line_quantities, line_prices_minor, line_item_ids, address_key, area_key, address_valid,
        phone_key, device_key, payment_key, promotion_id, affiliate_id, waybill_no, freight_insured, custom_made,
        stock_zeroed, note_meaningless, has_note, line_component_sku_ids, line_component_quantities, cancelled_by,
        parcel_carriers, parcel_waybill_nos, parcel_sku_ids, parcel_quantities) AS told,
    recorded_at, stored_at
FROM {database}.orders;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.refunds_to_case_facts TO {database}.case_facts AS
SELECT buyer_key, 'refunds' AS stream, occurred_at, event_id, platform, shop_id, order_id, refund_id, '' AS alert_id,
    formatRowNoNewline('JSONEachRow',
        event_id, occurred_at, platform, refund_id, order_id, shop_id, waybill_no, buyer_key, status, type, reason,
        carrier, currency, claims_received, line_sku_ids, line_quantities, amount_minor, offline, waybill_cleared,
        approved_by, evidence_kinds, evidence_sha256s, evidence_phashes, evidence_origins, deadline_at) AS told,
    recorded_at, stored_at
FROM {database}.refunds;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.inspections_to_case_facts TO {database}.case_facts AS
SELECT buyer_key, 'inspections' AS stream, occurred_at, event_id, platform, shop_id, order_id, refund_id, '' AS alert_id,
    formatRowNoNewline('JSONEachRow',
        event_id, occurred_at, platform, refund_id, order_id, shop_id, waybill_no, buyer_key, received_sku_ids,
        received_quantities, condition, authentic, package, weight_grams, nothing_came) AS told,
    recorded_at, stored_at
FROM {database}.inspections;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.reviews_to_case_facts TO {database}.case_facts AS
SELECT buyer_key, 'reviews' AS stream, occurred_at, event_id, platform, shop_id, order_id, '' AS refund_id, '' AS alert_id,
    formatRowNoNewline('JSONEachRow',
        event_id, occurred_at, platform, review_id, order_id, shop_id, chat_evidence_no, buyer_key, rating,
        demands_money, advertises) AS told,
    recorded_at, stored_at
FROM {database}.reviews;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.complaints_to_case_facts TO {database}.case_facts AS
SELECT buyer_key, 'complaints' AS stream, occurred_at, event_id, platform, shop_id, order_id, '' AS refund_id, '' AS alert_id,
    formatRowNoNewline('JSONEachRow',
        event_id, occurred_at, platform, complaint_id, shop_id, order_id, chat_evidence_no, buyer_key, complainant,
        status, type, demands_money, evidence_kinds, evidence_sha256s, evidence_phashes, evidence_origins) AS told,
    recorded_at, stored_at
FROM {database}.complaints;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.contacts_to_case_facts TO {database}.case_facts AS
SELECT buyer_key, 'contacts' AS stream, occurred_at, event_id, platform, shop_id, order_id, '' AS refund_id, '' AS alert_id,
    formatRowNoNewline('JSONEachRow',
        event_id, occurred_at, platform, order_id, shop_id, buyer_key, channel, answered) AS told,
    recorded_at, stored_at
FROM {database}.contacts;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.insurance_to_case_facts TO {database}.case_facts AS
SELECT buyer_key, 'insurance' AS stream, occurred_at, event_id, platform, shop_id, order_id, '' AS refund_id, '' AS alert_id,
    formatRowNoNewline('JSONEachRow',
        event_id, occurred_at, platform, claim_id, order_id, shop_id, buyer_key, status, amount_minor) AS told,
    recorded_at, stored_at
FROM {database}.insurance;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.chargebacks_to_case_facts TO {database}.case_facts AS
SELECT buyer_key, 'chargebacks' AS stream, occurred_at, event_id, platform, shop_id, order_id, '' AS refund_id, '' AS alert_id,
    formatRowNoNewline('JSONEachRow',
        event_id, occurred_at, platform, chargeback_id, order_id, shop_id, buyer_key, payment_key, status, currency,
        amount_minor) AS told,
    recorded_at, stored_at
FROM {database}.chargebacks;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.verdicts_to_case_facts TO {database}.case_facts AS
SELECT buyer_key, 'verdicts' AS stream, occurred_at, event_id, platform, shop_id, '' AS order_id, '' AS refund_id, alert_id,
    formatRowNoNewline('JSONEachRow',
        event_id, occurred_at, platform, alert_id, shop_id, account_id, reviewer, reason, withdraws, buyer_key,
        verdict, alert_revision) AS told,
    recorded_at, stored_at
FROM {database}.verdicts;

-- What is stored already. Rows that come in meanwhile fall on the same keys.
INSERT INTO {database}.case_facts (buyer_key, stream, occurred_at, event_id, platform, shop_id, order_id, refund_id, alert_id, told,
    recorded_at, stored_at)
SELECT buyer_key, 'orders' AS stream, occurred_at, event_id, platform, shop_id, order_id, '' AS refund_id, '' AS alert_id,
    formatRowNoNewline('JSONEachRow',
        event_id, occurred_at, platform, order_id, shop_id, buyer_key, status, currency, region, carrier,
        line_sku_ids, line_quantities, line_prices_minor, line_item_ids, address_key, area_key, address_valid,
        phone_key, device_key, payment_key, promotion_id, affiliate_id, waybill_no, freight_insured, custom_made,
        stock_zeroed, note_meaningless, has_note, line_component_sku_ids, line_component_quantities, cancelled_by,
        parcel_carriers, parcel_waybill_nos, parcel_sku_ids, parcel_quantities) AS told,
    recorded_at, stored_at
FROM {database}.orders;

INSERT INTO {database}.case_facts (buyer_key, stream, occurred_at, event_id, platform, shop_id, order_id, refund_id, alert_id, told,
    recorded_at, stored_at)
SELECT buyer_key, 'refunds' AS stream, occurred_at, event_id, platform, shop_id, order_id, refund_id, '' AS alert_id,
    formatRowNoNewline('JSONEachRow',
        event_id, occurred_at, platform, refund_id, order_id, shop_id, waybill_no, buyer_key, status, type, reason,
        carrier, currency, claims_received, line_sku_ids, line_quantities, amount_minor, offline, waybill_cleared,
        approved_by, evidence_kinds, evidence_sha256s, evidence_phashes, evidence_origins, deadline_at) AS told,
    recorded_at, stored_at
FROM {database}.refunds;

INSERT INTO {database}.case_facts (buyer_key, stream, occurred_at, event_id, platform, shop_id, order_id, refund_id, alert_id, told,
    recorded_at, stored_at)
SELECT buyer_key, 'inspections' AS stream, occurred_at, event_id, platform, shop_id, order_id, refund_id, '' AS alert_id,
    formatRowNoNewline('JSONEachRow',
        event_id, occurred_at, platform, refund_id, order_id, shop_id, waybill_no, buyer_key, received_sku_ids,
        received_quantities, condition, authentic, package, weight_grams, nothing_came) AS told,
    recorded_at, stored_at
FROM {database}.inspections;

INSERT INTO {database}.case_facts (buyer_key, stream, occurred_at, event_id, platform, shop_id, order_id, refund_id, alert_id, told,
    recorded_at, stored_at)
SELECT buyer_key, 'reviews' AS stream, occurred_at, event_id, platform, shop_id, order_id, '' AS refund_id, '' AS alert_id,
    formatRowNoNewline('JSONEachRow',
        event_id, occurred_at, platform, review_id, order_id, shop_id, chat_evidence_no, buyer_key, rating,
        demands_money, advertises) AS told,
    recorded_at, stored_at
FROM {database}.reviews;

INSERT INTO {database}.case_facts (buyer_key, stream, occurred_at, event_id, platform, shop_id, order_id, refund_id, alert_id, told,
    recorded_at, stored_at)
SELECT buyer_key, 'complaints' AS stream, occurred_at, event_id, platform, shop_id, order_id, '' AS refund_id, '' AS alert_id,
    formatRowNoNewline('JSONEachRow',
        event_id, occurred_at, platform, complaint_id, shop_id, order_id, chat_evidence_no, buyer_key, complainant,
        status, type, demands_money, evidence_kinds, evidence_sha256s, evidence_phashes, evidence_origins) AS told,
    recorded_at, stored_at
FROM {database}.complaints;

INSERT INTO {database}.case_facts (buyer_key, stream, occurred_at, event_id, platform, shop_id, order_id, refund_id, alert_id, told,
    recorded_at, stored_at)
SELECT buyer_key, 'contacts' AS stream, occurred_at, event_id, platform, shop_id, order_id, '' AS refund_id, '' AS alert_id,
    formatRowNoNewline('JSONEachRow',
        event_id, occurred_at, platform, order_id, shop_id, buyer_key, channel, answered) AS told,
    recorded_at, stored_at
FROM {database}.contacts;

INSERT INTO {database}.case_facts (buyer_key, stream, occurred_at, event_id, platform, shop_id, order_id, refund_id, alert_id, told,
    recorded_at, stored_at)
SELECT buyer_key, 'insurance' AS stream, occurred_at, event_id, platform, shop_id, order_id, '' AS refund_id, '' AS alert_id,
    formatRowNoNewline('JSONEachRow',
        event_id, occurred_at, platform, claim_id, order_id, shop_id, buyer_key, status, amount_minor) AS told,
    recorded_at, stored_at
FROM {database}.insurance;

INSERT INTO {database}.case_facts (buyer_key, stream, occurred_at, event_id, platform, shop_id, order_id, refund_id, alert_id, told,
    recorded_at, stored_at)
SELECT buyer_key, 'chargebacks' AS stream, occurred_at, event_id, platform, shop_id, order_id, '' AS refund_id, '' AS alert_id,
    formatRowNoNewline('JSONEachRow',
        event_id, occurred_at, platform, chargeback_id, order_id, shop_id, buyer_key, payment_key, status, currency,
        amount_minor) AS told,
    recorded_at, stored_at
FROM {database}.chargebacks;

INSERT INTO {database}.case_facts (buyer_key, stream, occurred_at, event_id, platform, shop_id, order_id, refund_id, alert_id, told,
    recorded_at, stored_at)
SELECT buyer_key, 'verdicts' AS stream, occurred_at, event_id, platform, shop_id, '' AS order_id, '' AS refund_id, alert_id,
    formatRowNoNewline('JSONEachRow',
        event_id, occurred_at, platform, alert_id, shop_id, account_id, reviewer, reason, withdraws, buyer_key,
        verdict, alert_revision) AS told,
    recorded_at, stored_at
FROM {database}.verdicts;
