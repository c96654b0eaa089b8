-- Roll-ups that a repeated block cannot move: distinct counts, largest, smallest and latest values only. Sums and
-- "how many stand now" are asked of the views over FINAL, never added up here.

-- Of each day: how many different alerts had a revision decided on that day, per severity it then had, and how many
-- of them were withdrawn by it. An alert revised on two days counts on both.
CREATE TABLE IF NOT EXISTS {database}.daily_scenarios_states
(
    day Date,
    scenario LowCardinality(String),
    detector LowCardinality(String),
    platform LowCardinality(String),
    severity LowCardinality(String),
    alerts AggregateFunction(uniqExact, String),
    withdrawn AggregateFunction(uniqExactIf, String, UInt8),
    buyers AggregateFunction(uniqExact, String),
    shops AggregateFunction(uniqExactIf, String, UInt8),
    stored_at SimpleAggregateFunction(max, DateTime('UTC'))
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (day, scenario, detector, platform, severity)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.alerts_to_daily_scenarios TO {database}.daily_scenarios_states AS
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

CREATE VIEW IF NOT EXISTS {database}.daily_scenarios AS
SELECT
    day,
    scenario,
    detector,
    platform,
    severity,
    uniqExactMerge(alerts) AS alerts,
    uniqExactIfMerge(withdrawn) AS withdrawn,
    uniqExactMerge(buyers) AS buyers,
    uniqExactIfMerge(shops) AS shops
FROM {database}.daily_scenarios_states
GROUP BY day, scenario, detector, platform, severity;

-- Of each buyer on a platform: what was ever seen. Three tables feed it; a column a table knows nothing of stays empty.
CREATE TABLE IF NOT EXISTS {database}.buyer_profile_states
(
    buyer_key String,
    platform LowCardinality(String),
    alerts AggregateFunction(uniqExact, String),
    scenarios SimpleAggregateFunction(groupUniqArrayArray, Array(String)),
    worst_severity SimpleAggregateFunction(max, UInt8),
    first_alert_at SimpleAggregateFunction(min, Nullable(DateTime64(3, 'UTC'))),
    last_alert_at SimpleAggregateFunction(max, Nullable(DateTime64(3, 'UTC'))),
    last_scenario AggregateFunction(argMax, String, DateTime64(3, 'UTC')),
    orders AggregateFunction(uniqExact, String),
    order_shops AggregateFunction(uniqExact, String),
    last_order_at SimpleAggregateFunction(max, Nullable(DateTime64(3, 'UTC'))),
    refunds AggregateFunction(uniqExact, String),
    refunded_orders AggregateFunction(uniqExact, String),
    last_refund_at SimpleAggregateFunction(max, Nullable(DateTime64(3, 'UTC'))),
    stored_at SimpleAggregateFunction(max, DateTime('UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY (buyer_key, platform)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.alerts_to_buyer_profile TO {database}.buyer_profile_states AS
SELECT
    buyer_key,
    platform,
    uniqExactState(alert_id) AS alerts,
    groupUniqArray(toString(scenario)) AS scenarios,
    max(toUInt8(indexOf(['low', 'medium', 'high', 'critical'], toString(severity)))) AS worst_severity,
    min(toNullable(decided_at)) AS first_alert_at,
    max(toNullable(decided_at)) AS last_alert_at,
    argMaxState(toString(scenario), decided_at) AS last_scenario,
    max(a.stored_at) AS stored_at
FROM {database}.alerts AS a
GROUP BY buyer_key, platform;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.orders_to_buyer_profile TO {database}.buyer_profile_states AS
SELECT
    buyer_key,
    platform,
    uniqExactState(order_id) AS orders,
    uniqExactState(shop_id) AS order_shops,
    max(toNullable(occurred_at)) AS last_order_at,
    max(o.stored_at) AS stored_at
FROM {database}.orders AS o
GROUP BY buyer_key, platform;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.refunds_to_buyer_profile TO {database}.buyer_profile_states AS
SELECT
    buyer_key,
    platform,
    uniqExactState(refund_id) AS refunds,
    uniqExactState(order_id) AS refunded_orders,
    max(toNullable(occurred_at)) AS last_refund_at,
    max(r.stored_at) AS stored_at
FROM {database}.refunds AS r
GROUP BY buyer_key, platform;

CREATE VIEW IF NOT EXISTS {database}.buyer_profiles AS
SELECT
    buyer_key,
    platform,
    uniqExactMerge(alerts) AS alerts,
    arraySort(groupUniqArrayArray(scenarios)) AS scenarios,
    ['none', 'low', 'medium', 'high', 'critical'][max(worst_severity) + 1] AS worst_severity,
    min(first_alert_at) AS first_alert_at,
    max(last_alert_at) AS last_alert_at,
    argMaxMerge(last_scenario) AS last_scenario,
    uniqExactMerge(orders) AS orders,
    uniqExactMerge(order_shops) AS order_shops,
    max(last_order_at) AS last_order_at,
    uniqExactMerge(refunds) AS refunds,
    uniqExactMerge(refunded_orders) AS refunded_orders,
    max(last_refund_at) AS last_refund_at
FROM {database}.buyer_profile_states AS s
GROUP BY buyer_key, platform;
