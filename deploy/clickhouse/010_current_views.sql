-- What stands now, per question. *_latest: the newest revision of each record; *_current: those in force.
CREATE VIEW IF NOT EXISTS {database}.labels_current AS
SELECT * FROM {database}.labels FINAL WHERE status = 'standing';

CREATE VIEW IF NOT EXISTS {database}.labels_latest AS
SELECT * FROM {database}.labels FINAL;

CREATE VIEW IF NOT EXISTS {database}.confirmations_latest AS
SELECT * FROM {database}.tag_confirmations FINAL;

CREATE VIEW IF NOT EXISTS {database}.consequences_latest AS
SELECT * FROM {database}.consequences FINAL;

-- Event time has come this far, by the newest event of any stream. Ages are measured from here, so that a replayed year
-- gives the same answers whenever it is asked.
CREATE VIEW IF NOT EXISTS {database}.newest_event AS
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
);

-- An insurance claim as its events together tell it. amount_minor is NULL while no event named one.
CREATE VIEW IF NOT EXISTS {database}.insurance_claims_current AS
SELECT
    claim_id,
    platform,
    any(n.order_id) AS order_id,
    any(n.buyer_key) AS buyer_key,
    any(n.shop_id) AS shop_id,
    argMax(n.status, (n.occurred_at, n.event_id)) AS status,
    argMaxIf(n.amount_minor, (n.occurred_at, n.event_id), n.amount_minor IS NOT NULL) AS amount_minor,
    min(n.occurred_at) AS first_event_at,
    max(n.occurred_at) AS last_event_at
FROM {database}.insurance AS n
GROUP BY claim_id, platform;

-- Consequences in force, one view per kind: the subject and the details under names of their own.
CREATE VIEW IF NOT EXISTS {database}.sanctions_current AS
SELECT subject_id AS buyer_key, platform, details['network'] AS network, details['sanction'] AS sanction,
    toUInt32OrZero(details['confirmations']) AS confirmations, because, starts_at, ends_at, policy_version, consequence_id, revision
FROM {database}.consequences FINAL
WHERE status = 'active' AND kind = 'sanction';

-- A penalty that ended (its shield is over) keeps its points until its year is over: ask *_latest for points. A case
-- counts in the calendar year of its finding; where that is not told, in that of its beginning in Shanghai.
CREATE VIEW IF NOT EXISTS {database}.shop_penalties_latest AS
SELECT subject_id AS shop_id, platform, status, details['case_id'] AS case_id, toInt32OrZero(details['points']) AS points,
    if(details['year'] = '', toYear(starts_at, 'Asia/Shanghai'), toUInt16OrZero(details['year'])) AS year,
    toUInt32OrZero(details['orders']) AS orders, toUInt32OrZero(details['violation']) AS violation,
    arrayFilter(measure -> measure != '', splitByString(', ', details['measures'])) AS measures,
    details['severe'] = 'true' AS is_severe, because, starts_at, ends_at, policy_version, consequence_id, revision
FROM {database}.consequences FINAL
WHERE status IN ('active', 'ended') AND kind = 'shop_penalty';

CREATE VIEW IF NOT EXISTS {database}.shop_penalties_current AS
SELECT * FROM {database}.shop_penalties_latest WHERE status = 'active';

-- Of an account, or of a shop as a whole (then account_id is empty).
CREATE VIEW IF NOT EXISTS {database}.permissions_current AS
SELECT details['shop_id'] AS shop_id, if(subject_kind = 'account', subject_id, '') AS account_id, platform,
    details['permission'] AS permission, details['reason'] AS reason, because, starts_at, policy_version, consequence_id,
    revision
FROM {database}.consequences FINAL
WHERE status = 'active' AND kind = 'permission';

CREATE VIEW IF NOT EXISTS {database}.metric_exclusions_current AS
SELECT subject_id AS order_id, platform, splitByString(', ', details['metrics']) AS metrics, details['basis'] AS basis,
    because, starts_at, ends_at, policy_version, consequence_id, revision
FROM {database}.consequences FINAL
WHERE status = 'active' AND kind = 'metric_exclusion';

CREATE VIEW IF NOT EXISTS {database}.insurance_decisions_current AS
SELECT subject_id AS order_id, platform, details['decision'] AS decision,
    arrayFilter(claim -> claim != '', splitByString(', ', details['claim_id'])) AS claim_ids,
    because, starts_at, ends_at, policy_version, consequence_id, revision
FROM {database}.consequences FINAL
WHERE status = 'active' AND kind = 'insurance_decision';
