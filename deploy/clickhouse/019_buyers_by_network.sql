-- A buyer's id means something only inside a network of platforms, and so does the key of a buyer: it is made of the
-- network and of the keyed hash of the id, with an n in front, so that namesakes no longer share one. The networks are those
-- of the shipped policies. Rows that have the old key (32 digits) get the new one, which the sink gives from now on: stop the
-- sinks of the version before, for what they store meanwhile keeps the old one. Each statement may be repeated: whatever has
-- the new key is left alone. What leads a table's key is written anew and deleted; the daily roll-up must not count that, so
-- its view leaves out what was stored more than an hour ago until the end.
-- Its `buyers` of days before hold the old keys: namesakes count as one there.

INSERT INTO {database}.identities (kind, key, value, recorded_at, stored_at)
SELECT i.kind, concat('n', lower(hex(substring(SHA256(concat(transform(lowerUTF8(toString(p.platform)), ['tmall'], ['taobao'], lowerUTF8(toString(p.platform))), '/', i.key)), 1, 16)))), i.value, i.recorded_at, i.stored_at
FROM {database}.identities AS i
INNER JOIN (
    SELECT buyer_key AS old, platform FROM {database}.orders
    UNION DISTINCT
    SELECT buyer_key AS old, platform FROM {database}.refunds
    UNION DISTINCT
    SELECT buyer_key AS old, platform FROM {database}.inspections
    UNION DISTINCT
    SELECT buyer_key AS old, platform FROM {database}.reviews
    UNION DISTINCT
    SELECT buyer_key AS old, platform FROM {database}.complaints
    UNION DISTINCT
    SELECT buyer_key AS old, platform FROM {database}.contacts
    UNION DISTINCT
    SELECT buyer_key AS old, platform FROM {database}.insurance
    UNION DISTINCT
    SELECT buyer_key AS old, platform FROM {database}.verdicts
    UNION DISTINCT
    SELECT buyer_key AS old, platform FROM {database}.chargebacks
    UNION DISTINCT
    SELECT buyer_key AS old, platform FROM {database}.order_limits
    UNION DISTINCT
    SELECT buyer_key AS old, platform FROM {database}.appeals
    UNION DISTINCT
    SELECT buyer_key AS old, platform FROM {database}.labels
    UNION DISTINCT
    SELECT buyer_key AS old, platform FROM {database}.tag_confirmations
    UNION DISTINCT
    SELECT buyer_key AS old, platform FROM {database}.tag_statuses
    UNION DISTINCT
    SELECT buyer_key AS old, platform FROM {database}.tag_status_revisions
    UNION DISTINCT
    SELECT buyer_key AS old, platform FROM {database}.confirmation_revisions
    UNION DISTINCT
    SELECT buyer_key AS old, platform FROM {database}.label_revisions
    UNION DISTINCT
    SELECT buyer_key AS old, platform FROM {database}.report_statuses
    UNION DISTINCT
    SELECT buyer_key AS old, platform FROM {database}.report_status_revisions
    UNION DISTINCT
    SELECT buyer_key AS old, platform FROM {database}.alerts
    UNION DISTINCT
    SELECT subject_id, platform FROM {database}.consequences WHERE subject_kind = 'buyer'
    UNION DISTINCT
    SELECT subject_id, platform FROM {database}.consequence_revisions WHERE subject_kind = 'buyer'
    UNION DISTINCT
    SELECT arrayJoin(linked_buyer_keys), platform FROM {database}.alerts
    UNION DISTINCT
    SELECT arrayJoin(buyer_keys), platform FROM {database}.tags
) AS p ON i.key = p.old
WHERE i.kind = 'buyer' AND length(i.key) = 32;

DELETE FROM {database}.identities WHERE kind = 'buyer' AND length(key) = 32;

ALTER TABLE {database}.alerts_to_daily_scenarios MODIFY QUERY
SELECT
    toDate(decided_at) AS day,
    scenario,
    detector,
    platform,
    severity,
    uniqExactState(alert_id) AS alerts,
    uniqExactIfState(alert_id, status = 'withdrawn') AS withdrawn,
    uniqExactState(buyer_key) AS buyers,
    uniqExactIfState(shop_id, shop_id != '') AS shops,
    max(a.stored_at) AS stored_at
FROM {database}.alerts AS a
WHERE a.stored_at > now() - INTERVAL 1 HOUR
GROUP BY day, scenario, detector, platform, severity;

-- The texts of an alert name its buyers by the first 12 digits of their keys. Whom a row links of another network nobody can
-- tell any more: they are taken for buyers of its own.
INSERT INTO {database}.alerts
SELECT * REPLACE (
    concat('n', lower(hex(substring(SHA256(concat(transform(lowerUTF8(toString(t.platform)), ['tmall'], ['taobao'], lowerUTF8(toString(t.platform))), '/', t.buyer_key)), 1, 16)))) AS buyer_key,
    arrayMap(k -> concat('n', lower(hex(substring(SHA256(concat(transform(lowerUTF8(toString(t.platform)), ['tmall'], ['taobao'], lowerUTF8(toString(t.platform))), '/', k)), 1, 16)))), t.linked_buyer_keys) AS linked_buyer_keys,
    arrayFold((told, k) -> replaceAll(told, substring(k, 1, 12), substring(concat('n', lower(hex(substring(SHA256(concat(transform(lowerUTF8(toString(t.platform)), ['tmall'], ['taobao'], lowerUTF8(toString(t.platform))), '/', k)), 1, 16)))), 1, 12)), arrayFilter(k -> length(k) = 32, arrayConcat(t.linked_buyer_keys, [t.buyer_key])), t.explanation) AS explanation,
    arrayFold((told, k) -> replaceAll(told, substring(k, 1, 12), substring(concat('n', lower(hex(substring(SHA256(concat(transform(lowerUTF8(toString(t.platform)), ['tmall'], ['taobao'], lowerUTF8(toString(t.platform))), '/', k)), 1, 16)))), 1, 12)), arrayFilter(k -> length(k) = 32, arrayConcat(t.linked_buyer_keys, [t.buyer_key])), t.explanation_zh) AS explanation_zh,
    arrayFold((told, k) -> replaceAll(told, substring(k, 1, 12), substring(concat('n', lower(hex(substring(SHA256(concat(transform(lowerUTF8(toString(t.platform)), ['tmall'], ['taobao'], lowerUTF8(toString(t.platform))), '/', k)), 1, 16)))), 1, 12)), arrayFilter(k -> length(k) = 32, arrayConcat(t.linked_buyer_keys, [t.buyer_key])), t.withdrawn_because) AS withdrawn_because,
    arrayFold((told, k) -> replaceAll(told, substring(k, 1, 12), substring(concat('n', lower(hex(substring(SHA256(concat(transform(lowerUTF8(toString(t.platform)), ['tmall'], ['taobao'], lowerUTF8(toString(t.platform))), '/', k)), 1, 16)))), 1, 12)), arrayFilter(k -> length(k) = 32, arrayConcat(t.linked_buyer_keys, [t.buyer_key])), t.withdrawn_because_zh) AS withdrawn_because_zh,
    mapApply((name, value) -> (arrayFold((told, k) -> replaceAll(told, substring(k, 1, 12), substring(concat('n', lower(hex(substring(SHA256(concat(transform(lowerUTF8(toString(t.platform)), ['tmall'], ['taobao'], lowerUTF8(toString(t.platform))), '/', k)), 1, 16)))), 1, 12)), arrayFilter(k -> length(k) = 32, arrayConcat(t.linked_buyer_keys, [t.buyer_key])), toString(name)), arrayFold((told, k) -> replaceAll(told, substring(k, 1, 12), substring(concat('n', lower(hex(substring(SHA256(concat(transform(lowerUTF8(toString(t.platform)), ['tmall'], ['taobao'], lowerUTF8(toString(t.platform))), '/', k)), 1, 16)))), 1, 12)), arrayFilter(k -> length(k) = 32, arrayConcat(t.linked_buyer_keys, [t.buyer_key])), value)), t.facts) AS facts
)
FROM {database}.alerts AS t
WHERE length(t.buyer_key) = 32;

DELETE FROM {database}.alerts WHERE length(buyer_key) = 32;

DELETE FROM {database}.evidence WHERE length(buyer_key) = 32;

INSERT INTO {database}.orders
SELECT * REPLACE (concat('n', lower(hex(substring(SHA256(concat(transform(lowerUTF8(toString(t.platform)), ['tmall'], ['taobao'], lowerUTF8(toString(t.platform))), '/', t.buyer_key)), 1, 16)))) AS buyer_key)
FROM {database}.orders AS t
WHERE length(t.buyer_key) = 32;

DELETE FROM {database}.orders WHERE length(buyer_key) = 32;

INSERT INTO {database}.refunds
SELECT * REPLACE (concat('n', lower(hex(substring(SHA256(concat(transform(lowerUTF8(toString(t.platform)), ['tmall'], ['taobao'], lowerUTF8(toString(t.platform))), '/', t.buyer_key)), 1, 16)))) AS buyer_key)
FROM {database}.refunds AS t
WHERE length(t.buyer_key) = 32;

DELETE FROM {database}.refunds WHERE length(buyer_key) = 32;

INSERT INTO {database}.inspections
SELECT * REPLACE (concat('n', lower(hex(substring(SHA256(concat(transform(lowerUTF8(toString(t.platform)), ['tmall'], ['taobao'], lowerUTF8(toString(t.platform))), '/', t.buyer_key)), 1, 16)))) AS buyer_key)
FROM {database}.inspections AS t
WHERE length(t.buyer_key) = 32;

DELETE FROM {database}.inspections WHERE length(buyer_key) = 32;

INSERT INTO {database}.reviews
SELECT * REPLACE (concat('n', lower(hex(substring(SHA256(concat(transform(lowerUTF8(toString(t.platform)), ['tmall'], ['taobao'], lowerUTF8(toString(t.platform))), '/', t.buyer_key)), 1, 16)))) AS buyer_key)
FROM {database}.reviews AS t
WHERE length(t.buyer_key) = 32;

DELETE FROM {database}.reviews WHERE length(buyer_key) = 32;

INSERT INTO {database}.complaints
SELECT * REPLACE (concat('n', lower(hex(substring(SHA256(concat(transform(lowerUTF8(toString(t.platform)), ['tmall'], ['taobao'], lowerUTF8(toString(t.platform))), '/', t.buyer_key)), 1, 16)))) AS buyer_key)
FROM {database}.complaints AS t
WHERE length(t.buyer_key) = 32;

DELETE FROM {database}.complaints WHERE length(buyer_key) = 32;

INSERT INTO {database}.contacts
SELECT * REPLACE (concat('n', lower(hex(substring(SHA256(concat(transform(lowerUTF8(toString(t.platform)), ['tmall'], ['taobao'], lowerUTF8(toString(t.platform))), '/', t.buyer_key)), 1, 16)))) AS buyer_key)
FROM {database}.contacts AS t
WHERE length(t.buyer_key) = 32;

DELETE FROM {database}.contacts WHERE length(buyer_key) = 32;

INSERT INTO {database}.insurance
SELECT * REPLACE (concat('n', lower(hex(substring(SHA256(concat(transform(lowerUTF8(toString(t.platform)), ['tmall'], ['taobao'], lowerUTF8(toString(t.platform))), '/', t.buyer_key)), 1, 16)))) AS buyer_key)
FROM {database}.insurance AS t
WHERE length(t.buyer_key) = 32;

DELETE FROM {database}.insurance WHERE length(buyer_key) = 32;

INSERT INTO {database}.verdicts
SELECT * REPLACE (concat('n', lower(hex(substring(SHA256(concat(transform(lowerUTF8(toString(t.platform)), ['tmall'], ['taobao'], lowerUTF8(toString(t.platform))), '/', t.buyer_key)), 1, 16)))) AS buyer_key)
FROM {database}.verdicts AS t
WHERE length(t.buyer_key) = 32;

DELETE FROM {database}.verdicts WHERE length(buyer_key) = 32;

INSERT INTO {database}.chargebacks
SELECT * REPLACE (concat('n', lower(hex(substring(SHA256(concat(transform(lowerUTF8(toString(t.platform)), ['tmall'], ['taobao'], lowerUTF8(toString(t.platform))), '/', t.buyer_key)), 1, 16)))) AS buyer_key)
FROM {database}.chargebacks AS t
WHERE length(t.buyer_key) = 32;

DELETE FROM {database}.chargebacks WHERE length(buyer_key) = 32;

INSERT INTO {database}.order_limits
SELECT * REPLACE (concat('n', lower(hex(substring(SHA256(concat(transform(lowerUTF8(toString(t.platform)), ['tmall'], ['taobao'], lowerUTF8(toString(t.platform))), '/', t.buyer_key)), 1, 16)))) AS buyer_key)
FROM {database}.order_limits AS t
WHERE length(t.buyer_key) = 32;

DELETE FROM {database}.order_limits WHERE length(buyer_key) = 32;

INSERT INTO {database}.appeals
SELECT * REPLACE (concat('n', lower(hex(substring(SHA256(concat(transform(lowerUTF8(toString(t.platform)), ['tmall'], ['taobao'], lowerUTF8(toString(t.platform))), '/', t.buyer_key)), 1, 16)))) AS buyer_key)
FROM {database}.appeals AS t
WHERE length(t.buyer_key) = 32;

DELETE FROM {database}.appeals WHERE length(buyer_key) = 32;

INSERT INTO {database}.labels
SELECT * REPLACE (concat('n', lower(hex(substring(SHA256(concat(transform(lowerUTF8(toString(t.platform)), ['tmall'], ['taobao'], lowerUTF8(toString(t.platform))), '/', t.buyer_key)), 1, 16)))) AS buyer_key)
FROM {database}.labels AS t
WHERE length(t.buyer_key) = 32;

DELETE FROM {database}.labels WHERE length(buyer_key) = 32;

INSERT INTO {database}.tag_confirmations
SELECT * REPLACE (concat('n', lower(hex(substring(SHA256(concat(transform(lowerUTF8(toString(t.platform)), ['tmall'], ['taobao'], lowerUTF8(toString(t.platform))), '/', t.buyer_key)), 1, 16)))) AS buyer_key)
FROM {database}.tag_confirmations AS t
WHERE length(t.buyer_key) = 32;

DELETE FROM {database}.tag_confirmations WHERE length(buyer_key) = 32;

INSERT INTO {database}.erasures
SELECT * REPLACE (concat('n', lower(hex(substring(SHA256(concat(transform(lowerUTF8(toString(t.platform)), ['tmall'], ['taobao'], lowerUTF8(toString(t.platform))), '/', t.buyer_key)), 1, 16)))) AS buyer_key)
FROM {database}.erasures AS t
WHERE length(t.buyer_key) = 32;

DELETE FROM {database}.erasures WHERE length(buyer_key) = 32;

INSERT INTO {database}.buyer_profile_states
SELECT * REPLACE (concat('n', lower(hex(substring(SHA256(concat(transform(lowerUTF8(toString(t.platform)), ['tmall'], ['taobao'], lowerUTF8(toString(t.platform))), '/', t.buyer_key)), 1, 16)))) AS buyer_key)
FROM {database}.buyer_profile_states AS t
WHERE length(t.buyer_key) = 32;

DELETE FROM {database}.buyer_profile_states WHERE length(buyer_key) = 32;

INSERT INTO {database}.consequences
SELECT * REPLACE (concat('n', lower(hex(substring(SHA256(concat(transform(lowerUTF8(toString(t.platform)), ['tmall'], ['taobao'], lowerUTF8(toString(t.platform))), '/', t.subject_id)), 1, 16)))) AS subject_id)
FROM {database}.consequences AS t
WHERE t.subject_kind = 'buyer' AND length(t.subject_id) = 32;

DELETE FROM {database}.consequences WHERE subject_kind = 'buyer' AND length(subject_id) = 32;

ALTER TABLE {database}.consequence_revisions
    UPDATE subject_id = concat('n', lower(hex(substring(SHA256(concat(transform(lowerUTF8(toString(platform)), ['tmall'], ['taobao'], lowerUTF8(toString(platform))), '/', subject_id)), 1, 16))))
    WHERE subject_kind = 'buyer' AND length(subject_id) = 32 SETTINGS mutations_sync = 2;

ALTER TABLE {database}.tag_statuses
    UPDATE buyer_key = concat('n', lower(hex(substring(SHA256(concat(transform(lowerUTF8(toString(platform)), ['tmall'], ['taobao'], lowerUTF8(toString(platform))), '/', buyer_key)), 1, 16))))
    WHERE length(buyer_key) = 32 SETTINGS mutations_sync = 2;

ALTER TABLE {database}.tag_status_revisions
    UPDATE buyer_key = concat('n', lower(hex(substring(SHA256(concat(transform(lowerUTF8(toString(platform)), ['tmall'], ['taobao'], lowerUTF8(toString(platform))), '/', buyer_key)), 1, 16))))
    WHERE length(buyer_key) = 32 SETTINGS mutations_sync = 2;

ALTER TABLE {database}.confirmation_revisions
    UPDATE buyer_key = concat('n', lower(hex(substring(SHA256(concat(transform(lowerUTF8(toString(platform)), ['tmall'], ['taobao'], lowerUTF8(toString(platform))), '/', buyer_key)), 1, 16))))
    WHERE length(buyer_key) = 32 SETTINGS mutations_sync = 2;

ALTER TABLE {database}.label_revisions
    UPDATE buyer_key = concat('n', lower(hex(substring(SHA256(concat(transform(lowerUTF8(toString(platform)), ['tmall'], ['taobao'], lowerUTF8(toString(platform))), '/', buyer_key)), 1, 16))))
    WHERE length(buyer_key) = 32 SETTINGS mutations_sync = 2;

ALTER TABLE {database}.report_statuses
    UPDATE buyer_key = concat('n', lower(hex(substring(SHA256(concat(transform(lowerUTF8(toString(platform)), ['tmall'], ['taobao'], lowerUTF8(toString(platform))), '/', buyer_key)), 1, 16))))
    WHERE length(buyer_key) = 32 SETTINGS mutations_sync = 2;

ALTER TABLE {database}.report_status_revisions
    UPDATE buyer_key = concat('n', lower(hex(substring(SHA256(concat(transform(lowerUTF8(toString(platform)), ['tmall'], ['taobao'], lowerUTF8(toString(platform))), '/', buyer_key)), 1, 16))))
    WHERE length(buyer_key) = 32 SETTINGS mutations_sync = 2;

ALTER TABLE {database}.tags
    UPDATE buyer_keys = arrayMap(k -> if(length(k) = 32, concat('n', lower(hex(substring(SHA256(concat(transform(lowerUTF8(toString(platform)), ['tmall'], ['taobao'], lowerUTF8(toString(platform))), '/', k)), 1, 16)))), k), buyer_keys)
    WHERE arrayExists(k -> length(k) = 32, buyer_keys) SETTINGS mutations_sync = 2;

ALTER TABLE {database}.alerts_to_daily_scenarios MODIFY QUERY
SELECT
    toDate(decided_at) AS day,
    scenario,
    detector,
    platform,
    severity,
    uniqExactState(alert_id) AS alerts,
    uniqExactIfState(alert_id, status = 'withdrawn') AS withdrawn,
    uniqExactState(buyer_key) AS buyers,
    uniqExactIfState(shop_id, shop_id != '') AS shops,
    max(a.stored_at) AS stored_at
FROM {database}.alerts AS a
GROUP BY day, scenario, detector, platform, severity;
