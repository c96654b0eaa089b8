-- What stands now. *_latest: the newest revision of each record; *_current: those that are in force.
CREATE VIEW IF NOT EXISTS {database}.alerts_latest AS
SELECT * FROM {database}.alerts FINAL;

CREATE VIEW IF NOT EXISTS {database}.alerts_current AS
SELECT * FROM {database}.alerts FINAL WHERE status IN ('open', 'upgraded');

CREATE VIEW IF NOT EXISTS {database}.evidence_current AS
SELECT e.alert_id AS alert_id, e.revision AS revision, e.detector AS detector, e.buyer_key AS buyer_key,
    e.stream AS stream, e.event_id AS event_id, e.occurred_at AS occurred_at, a.status AS alert_status
FROM (SELECT * FROM {database}.evidence FINAL) AS e
INNER JOIN (SELECT alert_id, revision, status FROM {database}.alerts FINAL) AS a
    ON e.alert_id = a.alert_id AND e.revision = a.revision;

CREATE VIEW IF NOT EXISTS {database}.tag_statuses_current AS
SELECT * FROM {database}.tag_statuses FINAL;

CREATE VIEW IF NOT EXISTS {database}.confirmations_current AS
SELECT * FROM {database}.tag_confirmations FINAL WHERE status = 'confirmed';

CREATE VIEW IF NOT EXISTS {database}.consequences_current AS
SELECT * FROM {database}.consequences FINAL WHERE status = 'active';

CREATE VIEW IF NOT EXISTS {database}.dead_letters_latest AS
SELECT * FROM {database}.dead_letters FINAL;

-- An order as its events together tell it: the latest status, and of each other field the latest that was said.
CREATE VIEW IF NOT EXISTS {database}.orders_current AS
SELECT
    order_id,
    any(o.platform) AS platform,
    any(o.buyer_key) AS buyer_key,
    any(o.shop_id) AS shop_id,
    argMax(o.status, (o.occurred_at, o.event_id)) AS status,
    argMaxIf(o.total_minor, (o.occurred_at, o.event_id), notEmpty(o.line_sku_ids)) AS total_minor,
    argMaxIf(o.currency, (o.occurred_at, o.event_id), o.currency != '') AS currency,
    argMaxIf(o.waybill_no, (o.occurred_at, o.event_id), o.waybill_no != '') AS waybill_no,
    min(o.occurred_at) AS first_event_at,
    max(o.occurred_at) AS last_event_at
FROM {database}.orders AS o
GROUP BY order_id;

-- A refund likewise. amount_minor is NULL while no event named one.
CREATE VIEW IF NOT EXISTS {database}.refunds_current AS
SELECT
    refund_id,
    any(r.order_id) AS order_id,
    any(r.platform) AS platform,
    any(r.buyer_key) AS buyer_key,
    any(r.shop_id) AS shop_id,
    argMax(r.status, (r.occurred_at, r.event_id)) AS status,
    argMaxIf(r.type, (r.occurred_at, r.event_id), r.type != 'unknown') AS type,
    argMaxIf(r.reason, (r.occurred_at, r.event_id), r.reason != 'unknown') AS reason,
    argMaxIf(r.amount_minor, (r.occurred_at, r.event_id), r.amount_minor IS NOT NULL) AS amount_minor,
    argMaxIf(r.waybill_no, (r.occurred_at, r.event_id), r.waybill_no != '') AS waybill_no,
    min(r.occurred_at) AS opened_at,
    max(r.occurred_at) AS last_event_at
FROM {database}.refunds AS r
GROUP BY refund_id;

-- Money refunded per buyer and currency, each refund once however often it was told.
CREATE VIEW IF NOT EXISTS {database}.refund_totals AS
SELECT r.buyer_key AS buyer_key, r.platform AS platform, o.currency AS currency,
    count() AS refunds, sum(r.amount_minor) AS amount_minor
FROM {database}.refunds_current AS r
LEFT JOIN {database}.orders_current AS o ON r.order_id = o.order_id
WHERE r.status NOT IN ('refused', 'withdrawn')
GROUP BY buyer_key, platform, currency;
