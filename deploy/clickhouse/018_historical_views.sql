-- Whether what is in force was decided before the installation went live (`historical`), in each view of one kind: NULL
-- where it names no such moment. Nobody should act on the past as if it were news.

CREATE OR REPLACE VIEW {database}.sanctions_current AS
SELECT subject_id AS buyer_key, platform, details['network'] AS network, details['sanction'] AS sanction,
    toUInt32OrZero(details['confirmations']) AS confirmations, because, starts_at, ends_at,
    policy_version, consequence_id, revision, historical
FROM {database}.consequences FINAL
WHERE status = 'active' AND kind = 'sanction';

CREATE OR REPLACE VIEW {database}.permissions_current AS
SELECT details['shop_id'] AS shop_id, if(subject_kind = 'account', subject_id, '') AS account_id, platform,
    details['permission'] AS permission, details['reason'] AS reason, because, starts_at,
    policy_version, consequence_id, revision, historical
FROM {database}.consequences FINAL
WHERE status = 'active' AND kind = 'permission';

CREATE OR REPLACE VIEW {database}.metric_exclusions_current AS
SELECT subject_id AS order_id, shop_id, platform, splitByString(', ', details['metrics']) AS metrics,
    details['basis'] AS basis, because, starts_at, ends_at,
    policy_version, consequence_id, revision, historical
FROM {database}.consequences FINAL
WHERE status = 'active' AND kind = 'metric_exclusion';

CREATE OR REPLACE VIEW {database}.insurance_decisions_current AS
SELECT subject_id AS order_id, shop_id, platform, details['decision'] AS decision,
    arrayFilter(claim -> claim != '', splitByString(', ', details['claim_id'])) AS claim_ids,
    because, starts_at, ends_at,
    policy_version, consequence_id, revision, historical
FROM {database}.consequences FINAL
WHERE status = 'active' AND kind = 'insurance_decision';

CREATE OR REPLACE VIEW {database}.shop_penalties_latest AS
SELECT subject_id AS shop_id, platform, status, details['case_id'] AS case_id, toInt32OrZero(details['points']) AS points,
    if(details['year'] = '', toYear(starts_at, 'Asia/Shanghai'), toUInt16OrZero(details['year'])) AS year,
    toUInt32OrZero(details['orders']) AS orders, toUInt32OrZero(details['violation']) AS violation,
    details['severe'] = 'true' AS is_severe, details['frozen'] = 'true' AS is_frozen, because, starts_at, ends_at,
    policy_version, consequence_id, revision, historical
FROM {database}.consequences FINAL
WHERE status IN ('active', 'ended') AND kind = 'shop_penalty';

CREATE OR REPLACE VIEW {database}.shop_shields_current AS
SELECT subject_id AS shop_id, platform, details['case_id'] AS case_id, toUInt32OrZero(details['shield_days']) AS days,
    arrayFilter(measure -> measure != '', splitByString(', ', details['measures'])) AS measures,
    because, starts_at, ends_at,
    policy_version, consequence_id, revision, historical
FROM {database}.consequences FINAL
WHERE status = 'active' AND kind = 'shop_shield';

CREATE OR REPLACE VIEW {database}.shop_penalties_current AS
SELECT * FROM {database}.shop_penalties_latest WHERE status = 'active';
