-- When a tag falls due, how many independent shops a confirmation has and when it reached another threshold of them, in
-- which shop an order or account is. Rows stored before have none of it: NULL, 0, '' and empty lists.
ALTER TABLE {database}.tag_statuses
    ADD COLUMN IF NOT EXISTS due_at Nullable(DateTime64(3, 'UTC')) COMMENT 'by then it is decided or told anew' AFTER policy_version,
    ADD COLUMN IF NOT EXISTS put_at Nullable(DateTime64(3, 'UTC')) AFTER due_at;
ALTER TABLE {database}.tag_status_revisions
    ADD COLUMN IF NOT EXISTS due_at Nullable(DateTime64(3, 'UTC')) COMMENT 'by then it is decided or told anew' AFTER policy_version,
    ADD COLUMN IF NOT EXISTS put_at Nullable(DateTime64(3, 'UTC')) AFTER due_at;

ALTER TABLE {database}.tag_confirmations
    ADD COLUMN IF NOT EXISTS independent_shops UInt32 COMMENT 'shops of one owner count as one' AFTER policy_version,
    ADD COLUMN IF NOT EXISTS reached_ms Array(Int64) COMMENT 'when there were once, twice … as many of them as the threshold asks for' AFTER independent_shops;
ALTER TABLE {database}.confirmation_revisions
    ADD COLUMN IF NOT EXISTS independent_shops UInt32 COMMENT 'shops of one owner count as one' AFTER policy_version,
    ADD COLUMN IF NOT EXISTS reached_ms Array(Int64) COMMENT 'when there were once, twice … as many of them as the threshold asks for' AFTER independent_shops;

ALTER TABLE {database}.consequences ADD COLUMN IF NOT EXISTS shop_id String COMMENT 'of an order or account' AFTER policy_version;
ALTER TABLE {database}.consequence_revisions ADD COLUMN IF NOT EXISTS shop_id String COMMENT 'of an order or account' AFTER policy_version;

-- Shops' complaints and reports as their platforms handle them. Their ids mean something only inside their shop, and a
-- report belongs to one shop for good, so shop_id may lead the key (the rule of 001_alerts.sql).
CREATE TABLE IF NOT EXISTS {database}.report_statuses
(
    report_id String COMMENT 'the complaint''s id',
    revision UInt64,
    status LowCardinality(String),
    reason LowCardinality(String),
    scenario LowCardinality(String),
    channel LowCardinality(String),
    platform LowCardinality(String),
    buyer_key String,
    shop_id String,
    order_id String COMMENT 'empty: it names none',
    vouchers_complete Bool,
    chat_authorised Bool,
    put_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    due_at Nullable(DateTime64(3, 'UTC')),
    cleaned_by Nullable(DateTime64(3, 'UTC')) COMMENT 'by then the figures must be clean',
    decided_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    policy_version LowCardinality(String),
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    stored_at DateTime('UTC') DEFAULT now() CODEC(Delta, ZSTD),
    INDEX by_report report_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_buyer buyer_key TYPE bloom_filter GRANULARITY 1,
    INDEX by_order order_id TYPE bloom_filter GRANULARITY 1,
    CONSTRAINT has_id CHECK report_id != '',
    CONSTRAINT put_at_in_this_century CHECK put_at >= '2000-01-01 00:00:00' AND put_at < '2100-01-01 00:00:00'
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY (shop_id, report_id)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS {database}.report_status_revisions AS {database}.report_statuses
ENGINE = ReplacingMergeTree
ORDER BY (report_id, shop_id, revision)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.report_statuses_to_revisions TO {database}.report_status_revisions AS
SELECT * FROM {database}.report_statuses;

CREATE VIEW IF NOT EXISTS {database}.report_statuses_history AS
SELECT * FROM {database}.report_status_revisions FINAL;

CREATE VIEW IF NOT EXISTS {database}.report_statuses_current AS
SELECT * FROM {database}.report_statuses FINAL;

-- What a shop reported in the last six months and what became of it (A4), counted back from the newest event.
CREATE VIEW IF NOT EXISTS {database}.report_record AS
SELECT * FROM {database}.report_statuses FINAL
WHERE put_at >= (SELECT subtractMonths(at, 6) FROM {database}.newest_event);

-- A view keeps the columns there were when it was made.
CREATE OR REPLACE VIEW {database}.tag_statuses_current AS
SELECT * FROM {database}.tag_statuses FINAL;

CREATE OR REPLACE VIEW {database}.tag_statuses_history AS
SELECT * FROM {database}.tag_status_revisions FINAL;

CREATE OR REPLACE VIEW {database}.confirmations_history AS
SELECT * FROM {database}.confirmation_revisions FINAL;

CREATE OR REPLACE VIEW {database}.confirmations_latest AS
SELECT * FROM {database}.tag_confirmations FINAL;

CREATE OR REPLACE VIEW {database}.consequences_history AS
SELECT * FROM {database}.consequence_revisions FINAL;

CREATE OR REPLACE VIEW {database}.consequences_latest AS
SELECT * FROM {database}.consequences FINAL;

ALTER TABLE {database}.tag_statuses_to_revisions MODIFY QUERY
SELECT * FROM {database}.tag_statuses;

ALTER TABLE {database}.tag_confirmations_to_revisions MODIFY QUERY
SELECT * FROM {database}.tag_confirmations;

ALTER TABLE {database}.consequences_to_revisions MODIFY QUERY
SELECT * FROM {database}.consequences;

CREATE OR REPLACE VIEW {database}.confirmations_current AS
SELECT * FROM {database}.tag_confirmations FINAL WHERE status = 'confirmed';

CREATE OR REPLACE VIEW {database}.consequences_current AS
SELECT * FROM {database}.consequences FINAL WHERE status = 'active';

-- A penalty is active until the year of its points is over; its shield, where it has one, is a consequence of its own.
-- It counts in the calendar year in which it takes effect; where that is not told, in that of its beginning in Shanghai.
CREATE OR REPLACE VIEW {database}.shop_penalties_latest AS
SELECT subject_id AS shop_id, platform, status, details['case_id'] AS case_id, toInt32OrZero(details['points']) AS points,
    if(details['year'] = '', toYear(starts_at, 'Asia/Shanghai'), toUInt16OrZero(details['year'])) AS year,
    toUInt32OrZero(details['orders']) AS orders, toUInt32OrZero(details['violation']) AS violation,
    details['severe'] = 'true' AS is_severe, details['frozen'] = 'true' AS is_frozen, because, starts_at, ends_at,
    policy_version, consequence_id, revision
FROM {database}.consequences FINAL
WHERE status IN ('active', 'ended') AND kind = 'shop_penalty';

CREATE OR REPLACE VIEW {database}.shop_penalties_current AS
SELECT * FROM {database}.shop_penalties_latest WHERE status = 'active';

-- What a shield takes from the shop while it lasts.
CREATE OR REPLACE VIEW {database}.shop_shields_current AS
SELECT subject_id AS shop_id, platform, details['case_id'] AS case_id, toUInt32OrZero(details['shield_days']) AS days,
    arrayFilter(measure -> measure != '', splitByString(', ', details['measures'])) AS measures,
    because, starts_at, ends_at, policy_version, consequence_id, revision
FROM {database}.consequences FINAL
WHERE status = 'active' AND kind = 'shop_shield';
