-- Ids of tags, reports, orders, refunds and claims mean something only inside their shop, and a shop's inside its network:
-- what two shops call alike must not replace each other, nor add up to one. The sink names the scope as network/shop; rows
-- stored before have none (''). Only a column that the same statement adds may be appended to a table's key.
ALTER TABLE {database}.tag_statuses
    ADD COLUMN IF NOT EXISTS scope String COMMENT 'network/shop: in which the id means something' AFTER put_at,
    MODIFY ORDER BY (shop_id, tag_id, scope);
ALTER TABLE {database}.tag_status_revisions
    ADD COLUMN IF NOT EXISTS scope String COMMENT 'network/shop: in which the id means something' AFTER put_at,
    MODIFY ORDER BY (tag_id, revision, scope);
ALTER TABLE {database}.report_statuses
    ADD COLUMN IF NOT EXISTS scope String COMMENT 'network/shop: in which the id means something' AFTER policy_version,
    MODIFY ORDER BY (shop_id, report_id, scope);
ALTER TABLE {database}.report_status_revisions
    ADD COLUMN IF NOT EXISTS scope String COMMENT 'network/shop: in which the id means something' AFTER policy_version,
    MODIFY ORDER BY (report_id, shop_id, revision, scope);

-- A view keeps the columns there were when it was made.
CREATE OR REPLACE VIEW {database}.tag_statuses_current AS
SELECT * FROM {database}.tag_statuses FINAL;

CREATE OR REPLACE VIEW {database}.tag_statuses_history AS
SELECT * FROM {database}.tag_status_revisions FINAL;

CREATE OR REPLACE VIEW {database}.report_statuses_history AS
SELECT * FROM {database}.report_status_revisions FINAL;

CREATE OR REPLACE VIEW {database}.report_statuses_current AS
SELECT * FROM {database}.report_statuses FINAL;

CREATE OR REPLACE VIEW {database}.report_record AS
SELECT * FROM {database}.report_statuses FINAL
WHERE put_at >= (SELECT subtractMonths(at, 6) FROM {database}.newest_event);

ALTER TABLE {database}.tag_statuses_to_revisions MODIFY QUERY
SELECT * FROM {database}.tag_statuses;

ALTER TABLE {database}.report_statuses_to_revisions MODIFY QUERY
SELECT * FROM {database}.report_statuses;

-- An order as its events together tell it: the latest status, and of each other field the latest that was said.
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
FROM {database}.orders AS o
GROUP BY platform, shop_id, order_id;

-- A refund likewise. amount_minor is NULL while no event named one.
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
FROM {database}.refunds AS r
GROUP BY platform, shop_id, refund_id;

-- An insurance claim likewise.
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
FROM {database}.insurance AS n
GROUP BY platform, shop_id, claim_id;

-- Money refunded per buyer and currency, each refund once however often it was told.
CREATE OR REPLACE VIEW {database}.refund_totals AS
SELECT r.buyer_key AS buyer_key, r.platform AS platform, o.currency AS currency,
    count() AS refunds, sum(r.amount_minor) AS amount_minor
FROM {database}.refunds_current AS r
LEFT JOIN {database}.orders_current AS o
    ON r.order_id = o.order_id AND r.shop_id = o.shop_id AND r.platform = o.platform
WHERE r.status NOT IN ('refused', 'withdrawn')
GROUP BY buyer_key, platform, currency;

-- Those that are about an order name its shop; rows stored before shops were told have none ('').
CREATE OR REPLACE VIEW {database}.metric_exclusions_current AS
SELECT subject_id AS order_id, shop_id, platform, splitByString(', ', details['metrics']) AS metrics,
    details['basis'] AS basis, because, starts_at, ends_at, policy_version, consequence_id, revision
FROM {database}.consequences FINAL
WHERE status = 'active' AND kind = 'metric_exclusion';

CREATE OR REPLACE VIEW {database}.insurance_decisions_current AS
SELECT subject_id AS order_id, shop_id, platform, details['decision'] AS decision,
    arrayFilter(claim -> claim != '', splitByString(', ', details['claim_id'])) AS claim_ids,
    because, starts_at, ends_at, policy_version, consequence_id, revision
FROM {database}.consequences FINAL
WHERE status = 'active' AND kind = 'insurance_decision';
