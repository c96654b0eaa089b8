-- Of two different events of one stream under one id about the same buyer (shop, parcel) the engine keeps one: that whose
-- replay form sorts first. The tables have both where they happened at different times, for the time is part of their key.
-- *_once has one of them, the one that happened first, whether or not parts were merged: the same one as the engine's but
-- where a field whose name sorts before `occurred_at` differs as well. Of two at the same time the table keeps the one
-- that was stored last.

CREATE OR REPLACE VIEW {database}.orders_once AS
SELECT *, total_minor FROM {database}.orders FINAL ORDER BY buyer_key, occurred_at, event_id LIMIT 1 BY platform, buyer_key, event_id;

CREATE OR REPLACE VIEW {database}.refunds_once AS
SELECT * FROM {database}.refunds FINAL ORDER BY buyer_key, occurred_at, event_id LIMIT 1 BY platform, buyer_key, event_id;

CREATE OR REPLACE VIEW {database}.logistics_once AS
SELECT * FROM {database}.logistics FINAL ORDER BY waybill_no, occurred_at, event_id LIMIT 1 BY waybill_no, event_id;

CREATE OR REPLACE VIEW {database}.inspections_once AS
SELECT * FROM {database}.inspections FINAL ORDER BY buyer_key, occurred_at, event_id LIMIT 1 BY platform, buyer_key, event_id;

CREATE OR REPLACE VIEW {database}.reviews_once AS
SELECT * FROM {database}.reviews FINAL ORDER BY buyer_key, occurred_at, event_id LIMIT 1 BY platform, buyer_key, event_id;

CREATE OR REPLACE VIEW {database}.complaints_once AS
SELECT * FROM {database}.complaints FINAL ORDER BY buyer_key, occurred_at, event_id LIMIT 1 BY platform, buyer_key, event_id;

CREATE OR REPLACE VIEW {database}.contacts_once AS
SELECT * FROM {database}.contacts FINAL ORDER BY buyer_key, occurred_at, event_id LIMIT 1 BY platform, buyer_key, event_id;

CREATE OR REPLACE VIEW {database}.insurance_once AS
SELECT * FROM {database}.insurance FINAL ORDER BY buyer_key, occurred_at, event_id LIMIT 1 BY platform, buyer_key, event_id;

CREATE OR REPLACE VIEW {database}.tags_once AS
SELECT * FROM {database}.tags FINAL ORDER BY shop_id, occurred_at, event_id LIMIT 1 BY platform, shop_id, event_id;

CREATE OR REPLACE VIEW {database}.verdicts_once AS
SELECT * FROM {database}.verdicts FINAL ORDER BY buyer_key, occurred_at, event_id LIMIT 1 BY platform, buyer_key, event_id;

CREATE OR REPLACE VIEW {database}.shops_once AS
SELECT * FROM {database}.shops FINAL ORDER BY shop_id, occurred_at, event_id LIMIT 1 BY platform, shop_id, event_id;

CREATE OR REPLACE VIEW {database}.accounts_once AS
SELECT * FROM {database}.accounts FINAL ORDER BY shop_id, occurred_at, event_id LIMIT 1 BY platform, shop_id, event_id;

CREATE OR REPLACE VIEW {database}.violations_once AS
SELECT * FROM {database}.violations FINAL ORDER BY shop_id, occurred_at, event_id LIMIT 1 BY platform, shop_id, event_id;

CREATE OR REPLACE VIEW {database}.abuses_once AS
SELECT * FROM {database}.abuses FINAL ORDER BY shop_id, occurred_at, event_id LIMIT 1 BY platform, shop_id, event_id;

CREATE OR REPLACE VIEW {database}.chargebacks_once AS
SELECT * FROM {database}.chargebacks FINAL ORDER BY buyer_key, occurred_at, event_id LIMIT 1 BY platform, buyer_key, event_id;

CREATE OR REPLACE VIEW {database}.order_limits_once AS
SELECT * FROM {database}.order_limits FINAL ORDER BY buyer_key, occurred_at, event_id LIMIT 1 BY platform, buyer_key, event_id;

CREATE OR REPLACE VIEW {database}.appeals_once AS
SELECT * FROM {database}.appeals FINAL ORDER BY buyer_key, occurred_at, event_id LIMIT 1 BY platform, buyer_key, event_id;

-- What takes the latest of events takes it of those.
CREATE OR REPLACE VIEW {database}.orders_current AS
SELECT
    order_id,
    platform,
    any(o.buyer_key) AS buyer_key,
    shop_id,
    argMax(o.status, (o.occurred_at, o.event_id)) AS status,
    argMaxIf(o.total_minor, (o.occurred_at, o.event_id), notEmpty(o.line_sku_ids)) AS total_minor,
    argMaxIf(o.currency, (o.occurred_at, o.event_id), o.currency != '') AS currency,
    argMaxIf(o.waybill_no, (o.occurred_at, o.event_id), o.waybill_no != '') AS waybill_no,
    min(o.occurred_at) AS first_event_at,
    max(o.occurred_at) AS last_event_at
FROM {database}.orders_once AS o
GROUP BY platform, shop_id, order_id;

CREATE OR REPLACE VIEW {database}.refunds_current AS
SELECT
    refund_id,
    any(r.order_id) AS order_id,
    platform,
    any(r.buyer_key) AS buyer_key,
    shop_id,
    argMax(r.status, (r.occurred_at, r.event_id)) AS status,
    argMaxIf(r.type, (r.occurred_at, r.event_id), r.type != 'unknown') AS type,
    argMaxIf(r.reason, (r.occurred_at, r.event_id), r.reason != 'unknown') AS reason,
    argMaxIf(r.amount_minor, (r.occurred_at, r.event_id), r.amount_minor IS NOT NULL) AS amount_minor,
    argMaxIf(r.waybill_no, (r.occurred_at, r.event_id), r.waybill_no != '') AS waybill_no,
    min(r.occurred_at) AS opened_at,
    max(r.occurred_at) AS last_event_at
FROM {database}.refunds_once AS r
GROUP BY platform, shop_id, refund_id;

CREATE OR REPLACE VIEW {database}.insurance_claims_current AS
SELECT
    claim_id,
    platform,
    any(n.order_id) AS order_id,
    any(n.buyer_key) AS buyer_key,
    shop_id,
    argMax(n.status, (n.occurred_at, n.event_id)) AS status,
    argMaxIf(n.amount_minor, (n.occurred_at, n.event_id), n.amount_minor IS NOT NULL) AS amount_minor,
    min(n.occurred_at) AS first_event_at,
    max(n.occurred_at) AS last_event_at
FROM {database}.insurance_once AS n
GROUP BY platform, shop_id, claim_id;
