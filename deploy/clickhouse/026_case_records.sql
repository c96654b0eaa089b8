-- What the page of a case shows beside its facts (025_case_facts.sql), in small granules and under what the page knows: a look
-- into tables of 40 columns and granules of 8192 rows takes many times longer than to read one JSON column here.
--
-- case_records: alerts whole by their id (kind `revisions`), and in short what stands about a buyer by the buyer's key
-- (`others` are alerts). case_consequences: by their id. consequence_reasons: from a buyer, an order or whatever a revision
-- rested on to the ids of consequences. It holds what an older revision rested on as well: whether the newest does, says the
-- newest. Each has every revision with the time at which the broker took it, so a case as of a moment is read here too.
-- Fed from each insert, as the histories are (009_history.sql); a copy of a revision falls on itself. A column that is added
-- to alerts is added to the query of alerts_to_case_revisions (ALTER TABLE ... MODIFY QUERY).

CREATE TABLE IF NOT EXISTS {database}.case_records
(
    about String CODEC(ZSTD) COMMENT 'an alert id (kind revisions), or the keyed hash of a buyer id',
    kind LowCardinality(String) COMMENT 'revisions, others, tags, confirmations, reports',
    id String CODEC(ZSTD),
    scope String COMMENT 'in which the id means something; of old rows the shop',
    revision UInt64,
    buyer_key String CODEC(ZSTD),
    platform LowCardinality(String),
    shop_ids Array(String) COMMENT 'the shops it is about; not said of revisions',
    status LowCardinality(String),
    moment DateTime64(3, 'UTC') CODEC(Delta, ZSTD) COMMENT 'what rows of a kind are ordered by',
    told String CODEC(ZSTD),
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    stored_at DateTime('UTC') CODEC(Delta, ZSTD)
)
ENGINE = ReplacingMergeTree
ORDER BY (about, kind, id, scope, revision)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS index_granularity = 256, non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS {database}.case_consequences
(
    consequence_id String,
    revision UInt64,
    platform LowCardinality(String),
    subject_kind LowCardinality(String),
    subject_id String,
    shop_id String,
    because Array(String),
    starts_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    told String CODEC(ZSTD),
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    stored_at DateTime('UTC') CODEC(Delta, ZSTD)
)
ENGINE = ReplacingMergeTree
ORDER BY (consequence_id, revision)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS index_granularity = 256, non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS {database}.consequence_reasons
(
    about String COMMENT 'an id it rests or rested on, or its subject: the keyed hash of a buyer id, or an order id',
    consequence_id String,
    platform LowCardinality(String),
    subject_kind LowCardinality(String),
    subject_id String,
    shop_id String,
    stored_at DateTime('UTC') CODEC(Delta, ZSTD)
)
ENGINE = ReplacingMergeTree
ORDER BY (about, consequence_id)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS index_granularity = 256, non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.alerts_to_case_revisions TO {database}.case_records AS
SELECT alert_id AS about, 'revisions' AS kind, '' AS id, '' AS scope, revision, buyer_key, platform, emptyArrayString() AS shop_ids,
    status, decided_at AS moment, formatRowNoNewline('JSONEachRow',
        alert_id, revision, status, detector, scenario, family, severity, platform, buyer_key, shop_id, order_ids,
        refund_ids, waybill_nos, linked_buyer_keys, first_event_at, decided_at, evidence_streams, evidence_event_ids,
        evidence_times, facts, explanation, explanation_zh, recommendation, route, policy_version, orders_shop_ids,
        orders_order_ids, amount_at_stake_minor, currency, withdrawn_by_streams, withdrawn_by_event_ids,
        withdrawn_by_times, withdrawn_because, withdrawn_because_zh, verdict, historical) AS told,
    recorded_at, stored_at
FROM {database}.alerts;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.alerts_to_case_others TO {database}.case_records AS
SELECT buyer_key AS about, 'others' AS kind, alert_id AS id, '' AS scope, revision, buyer_key, platform, arrayPushBack(orders_shop_ids, shop_id) AS shop_ids,
    status, decided_at AS moment, formatRowNoNewline('JSONEachRow',
        alert_id, detector, scenario, severity, status, decided_at, shop_id, amount_at_stake_minor, currency) AS told,
    recorded_at, stored_at
FROM {database}.alerts;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.tag_statuses_to_case_records TO {database}.case_records AS
SELECT buyer_key AS about, 'tags' AS kind, tag_id AS id, if(t.scope = '', shop_id, t.scope) AS scope, revision, buyer_key, platform, [shop_id] AS shop_ids,
    status, decided_at AS moment, formatRowNoNewline('JSONEachRow',
        tag_id, status, reason, shown_as, scenario, shop_id, order_id, distinct_shops, threshold, decided_at, due_at) AS told,
    recorded_at, stored_at
FROM {database}.tag_statuses AS t;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.tag_confirmations_to_case_records TO {database}.case_records AS
SELECT buyer_key AS about, 'confirmations' AS kind, confirmation_id AS id, '' AS scope, revision, buyer_key, platform, shop_ids AS shop_ids,
    status, confirmed_at AS moment, formatRowNoNewline('JSONEachRow',
        confirmation_id, status, scenario, basis, shop_ids, confirmed_at) AS told,
    recorded_at, stored_at
FROM {database}.tag_confirmations;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.report_statuses_to_case_records TO {database}.case_records AS
SELECT buyer_key AS about, 'reports' AS kind, report_id AS id, if(t.scope = '', shop_id, t.scope) AS scope, revision, buyer_key, platform, [shop_id] AS shop_ids,
    status, put_at AS moment, formatRowNoNewline('JSONEachRow',
        report_id, status, reason, scenario, channel, shop_id, order_id, put_at, due_at, cleaned_by,
        vouchers_complete, chat_authorised) AS told,
    recorded_at, stored_at
FROM {database}.report_statuses AS t;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.consequences_to_case_consequences TO {database}.case_consequences AS
SELECT consequence_id, revision, platform, subject_kind, subject_id, shop_id, because, starts_at, formatRowNoNewline('JSONEachRow',
        consequence_id, kind, status, subject_kind, subject_id, shop_id, because, details, starts_at, ends_at) AS told,
    recorded_at, stored_at
FROM {database}.consequences;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.consequences_to_consequence_reasons TO {database}.consequence_reasons AS
SELECT arrayJoin(arrayDistinct(if(subject_kind IN ('buyer', 'order'), arrayPushBack(because, subject_id), because))) AS about,
    consequence_id, platform, subject_kind, subject_id, shop_id, stored_at
FROM {database}.consequences;

-- What is stored already. Rows that come in meanwhile fall on the same keys.
INSERT INTO {database}.case_records (about, kind, id, scope, revision, buyer_key, platform, shop_ids, status, moment, told,
    recorded_at, stored_at)
SELECT alert_id AS about, 'revisions' AS kind, '' AS id, '' AS scope, revision, buyer_key, platform, emptyArrayString() AS shop_ids,
    status, decided_at AS moment, formatRowNoNewline('JSONEachRow',
        alert_id, revision, status, detector, scenario, family, severity, platform, buyer_key, shop_id, order_ids,
        refund_ids, waybill_nos, linked_buyer_keys, first_event_at, decided_at, evidence_streams, evidence_event_ids,
        evidence_times, facts, explanation, explanation_zh, recommendation, route, policy_version, orders_shop_ids,
        orders_order_ids, amount_at_stake_minor, currency, withdrawn_by_streams, withdrawn_by_event_ids,
        withdrawn_by_times, withdrawn_because, withdrawn_because_zh, verdict, historical) AS told,
    recorded_at, stored_at
FROM {database}.alert_revisions;

INSERT INTO {database}.case_records (about, kind, id, scope, revision, buyer_key, platform, shop_ids, status, moment, told,
    recorded_at, stored_at)
SELECT buyer_key AS about, 'others' AS kind, alert_id AS id, '' AS scope, revision, buyer_key, platform, arrayPushBack(orders_shop_ids, shop_id) AS shop_ids,
    status, decided_at AS moment, formatRowNoNewline('JSONEachRow',
        alert_id, detector, scenario, severity, status, decided_at, shop_id, amount_at_stake_minor, currency) AS told,
    recorded_at, stored_at
FROM {database}.alert_revisions;

INSERT INTO {database}.case_records (about, kind, id, scope, revision, buyer_key, platform, shop_ids, status, moment, told,
    recorded_at, stored_at)
SELECT buyer_key AS about, 'tags' AS kind, tag_id AS id, if(t.scope = '', shop_id, t.scope) AS scope, revision, buyer_key, platform, [shop_id] AS shop_ids,
    status, decided_at AS moment, formatRowNoNewline('JSONEachRow',
        tag_id, status, reason, shown_as, scenario, shop_id, order_id, distinct_shops, threshold, decided_at, due_at) AS told,
    recorded_at, stored_at
FROM {database}.tag_status_revisions AS t;

INSERT INTO {database}.case_records (about, kind, id, scope, revision, buyer_key, platform, shop_ids, status, moment, told,
    recorded_at, stored_at)
SELECT buyer_key AS about, 'confirmations' AS kind, confirmation_id AS id, '' AS scope, revision, buyer_key, platform, shop_ids AS shop_ids,
    status, confirmed_at AS moment, formatRowNoNewline('JSONEachRow',
        confirmation_id, status, scenario, basis, shop_ids, confirmed_at) AS told,
    recorded_at, stored_at
FROM {database}.confirmation_revisions;

INSERT INTO {database}.case_records (about, kind, id, scope, revision, buyer_key, platform, shop_ids, status, moment, told,
    recorded_at, stored_at)
SELECT buyer_key AS about, 'reports' AS kind, report_id AS id, if(t.scope = '', shop_id, t.scope) AS scope, revision, buyer_key, platform, [shop_id] AS shop_ids,
    status, put_at AS moment, formatRowNoNewline('JSONEachRow',
        report_id, status, reason, scenario, channel, shop_id, order_id, put_at, due_at, cleaned_by,
        vouchers_complete, chat_authorised) AS told,
    recorded_at, stored_at
FROM {database}.report_status_revisions AS t;

INSERT INTO {database}.case_consequences (consequence_id, revision, platform, subject_kind, subject_id, shop_id, because, starts_at,
    told, recorded_at, stored_at)
SELECT consequence_id, revision, platform, subject_kind, subject_id, shop_id, because, starts_at, formatRowNoNewline('JSONEachRow',
        consequence_id, kind, status, subject_kind, subject_id, shop_id, because, details, starts_at, ends_at) AS told,
    recorded_at, stored_at
FROM {database}.consequence_revisions;

INSERT INTO {database}.consequence_reasons (about, consequence_id, platform, subject_kind, subject_id, shop_id, stored_at)
SELECT arrayJoin(arrayDistinct(if(subject_kind IN ('buyer', 'order'), arrayPushBack(because, subject_id), because))) AS about,
    consequence_id, platform, subject_kind, subject_id, shop_id, stored_at
FROM {database}.consequence_revisions;
