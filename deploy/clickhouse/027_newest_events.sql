-- How far event time has come, a row for each stream: pages and queries ask for the newest event of any, and to ask 17 tables
-- costs more than most of what is asked with it. Fed from each insert; what is told again changes no maximum. Nothing is
-- let go: after an erasure event time has still come as far as it had.

CREATE TABLE IF NOT EXISTS {database}.newest_events
(
    stream LowCardinality(String),
    at SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
    taken SimpleAggregateFunction(max, Tuple(recorded_at DateTime64(3, 'UTC'), stored_at DateTime('UTC'))) COMMENT 'of the event the broker took last'
)
ENGINE = AggregatingMergeTree
ORDER BY stream
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.orders_to_newest_events TO {database}.newest_events AS
SELECT 'orders' AS stream, max(occurred_at) AS at, max(CAST((recorded_at, stored_at), 'Tuple(recorded_at DateTime64(3, \'UTC\'), stored_at DateTime(\'UTC\'))')) AS taken
FROM {database}.orders GROUP BY stream;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.refunds_to_newest_events TO {database}.newest_events AS
SELECT 'refunds' AS stream, max(occurred_at) AS at, max(CAST((recorded_at, stored_at), 'Tuple(recorded_at DateTime64(3, \'UTC\'), stored_at DateTime(\'UTC\'))')) AS taken
FROM {database}.refunds GROUP BY stream;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.logistics_to_newest_events TO {database}.newest_events AS
SELECT 'logistics' AS stream, max(occurred_at) AS at, max(CAST((recorded_at, stored_at), 'Tuple(recorded_at DateTime64(3, \'UTC\'), stored_at DateTime(\'UTC\'))')) AS taken
FROM {database}.logistics GROUP BY stream;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.inspections_to_newest_events TO {database}.newest_events AS
SELECT 'inspections' AS stream, max(occurred_at) AS at, max(CAST((recorded_at, stored_at), 'Tuple(recorded_at DateTime64(3, \'UTC\'), stored_at DateTime(\'UTC\'))')) AS taken
FROM {database}.inspections GROUP BY stream;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.reviews_to_newest_events TO {database}.newest_events AS
SELECT 'reviews' AS stream, max(occurred_at) AS at, max(CAST((recorded_at, stored_at), 'Tuple(recorded_at DateTime64(3, \'UTC\'), stored_at DateTime(\'UTC\'))')) AS taken
FROM {database}.reviews GROUP BY stream;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.complaints_to_newest_events TO {database}.newest_events AS
SELECT 'complaints' AS stream, max(occurred_at) AS at, max(CAST((recorded_at, stored_at), 'Tuple(recorded_at DateTime64(3, \'UTC\'), stored_at DateTime(\'UTC\'))')) AS taken
FROM {database}.complaints GROUP BY stream;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.contacts_to_newest_events TO {database}.newest_events AS
SELECT 'contacts' AS stream, max(occurred_at) AS at, max(CAST((recorded_at, stored_at), 'Tuple(recorded_at DateTime64(3, \'UTC\'), stored_at DateTime(\'UTC\'))')) AS taken
FROM {database}.contacts GROUP BY stream;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.insurance_to_newest_events TO {database}.newest_events AS
SELECT 'insurance' AS stream, max(occurred_at) AS at, max(CAST((recorded_at, stored_at), 'Tuple(recorded_at DateTime64(3, \'UTC\'), stored_at DateTime(\'UTC\'))')) AS taken
FROM {database}.insurance GROUP BY stream;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.tags_to_newest_events TO {database}.newest_events AS
SELECT 'tags' AS stream, max(occurred_at) AS at, max(CAST((recorded_at, stored_at), 'Tuple(recorded_at DateTime64(3, \'UTC\'), stored_at DateTime(\'UTC\'))')) AS taken
FROM {database}.tags GROUP BY stream;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.verdicts_to_newest_events TO {database}.newest_events AS
SELECT 'verdicts' AS stream, max(occurred_at) AS at, max(CAST((recorded_at, stored_at), 'Tuple(recorded_at DateTime64(3, \'UTC\'), stored_at DateTime(\'UTC\'))')) AS taken
FROM {database}.verdicts GROUP BY stream;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.shops_to_newest_events TO {database}.newest_events AS
SELECT 'shops' AS stream, max(occurred_at) AS at, max(CAST((recorded_at, stored_at), 'Tuple(recorded_at DateTime64(3, \'UTC\'), stored_at DateTime(\'UTC\'))')) AS taken
FROM {database}.shops GROUP BY stream;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.accounts_to_newest_events TO {database}.newest_events AS
SELECT 'accounts' AS stream, max(occurred_at) AS at, max(CAST((recorded_at, stored_at), 'Tuple(recorded_at DateTime64(3, \'UTC\'), stored_at DateTime(\'UTC\'))')) AS taken
FROM {database}.accounts GROUP BY stream;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.violations_to_newest_events TO {database}.newest_events AS
SELECT 'violations' AS stream, max(occurred_at) AS at, max(CAST((recorded_at, stored_at), 'Tuple(recorded_at DateTime64(3, \'UTC\'), stored_at DateTime(\'UTC\'))')) AS taken
FROM {database}.violations GROUP BY stream;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.abuses_to_newest_events TO {database}.newest_events AS
SELECT 'abuses' AS stream, max(occurred_at) AS at, max(CAST((recorded_at, stored_at), 'Tuple(recorded_at DateTime64(3, \'UTC\'), stored_at DateTime(\'UTC\'))')) AS taken
FROM {database}.abuses GROUP BY stream;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.chargebacks_to_newest_events TO {database}.newest_events AS
SELECT 'chargebacks' AS stream, max(occurred_at) AS at, max(CAST((recorded_at, stored_at), 'Tuple(recorded_at DateTime64(3, \'UTC\'), stored_at DateTime(\'UTC\'))')) AS taken
FROM {database}.chargebacks GROUP BY stream;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.order_limits_to_newest_events TO {database}.newest_events AS
SELECT 'order_limits' AS stream, max(occurred_at) AS at, max(CAST((recorded_at, stored_at), 'Tuple(recorded_at DateTime64(3, \'UTC\'), stored_at DateTime(\'UTC\'))')) AS taken
FROM {database}.order_limits GROUP BY stream;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.appeals_to_newest_events TO {database}.newest_events AS
SELECT 'appeals' AS stream, max(occurred_at) AS at, max(CAST((recorded_at, stored_at), 'Tuple(recorded_at DateTime64(3, \'UTC\'), stored_at DateTime(\'UTC\'))')) AS taken
FROM {database}.appeals GROUP BY stream;

-- What is stored already.
INSERT INTO {database}.newest_events (stream, at, taken)
SELECT 'orders' AS stream, max(occurred_at) AS at, max(CAST((recorded_at, stored_at), 'Tuple(recorded_at DateTime64(3, \'UTC\'), stored_at DateTime(\'UTC\'))')) AS taken
FROM {database}.orders GROUP BY stream;

INSERT INTO {database}.newest_events (stream, at, taken)
SELECT 'refunds' AS stream, max(occurred_at) AS at, max(CAST((recorded_at, stored_at), 'Tuple(recorded_at DateTime64(3, \'UTC\'), stored_at DateTime(\'UTC\'))')) AS taken
FROM {database}.refunds GROUP BY stream;

INSERT INTO {database}.newest_events (stream, at, taken)
SELECT 'logistics' AS stream, max(occurred_at) AS at, max(CAST((recorded_at, stored_at), 'Tuple(recorded_at DateTime64(3, \'UTC\'), stored_at DateTime(\'UTC\'))')) AS taken
FROM {database}.logistics GROUP BY stream;

INSERT INTO {database}.newest_events (stream, at, taken)
SELECT 'inspections' AS stream, max(occurred_at) AS at, max(CAST((recorded_at, stored_at), 'Tuple(recorded_at DateTime64(3, \'UTC\'), stored_at DateTime(\'UTC\'))')) AS taken
FROM {database}.inspections GROUP BY stream;

INSERT INTO {database}.newest_events (stream, at, taken)
SELECT 'reviews' AS stream, max(occurred_at) AS at, max(CAST((recorded_at, stored_at), 'Tuple(recorded_at DateTime64(3, \'UTC\'), stored_at DateTime(\'UTC\'))')) AS taken
FROM {database}.reviews GROUP BY stream;

INSERT INTO {database}.newest_events (stream, at, taken)
SELECT 'complaints' AS stream, max(occurred_at) AS at, max(CAST((recorded_at, stored_at), 'Tuple(recorded_at DateTime64(3, \'UTC\'), stored_at DateTime(\'UTC\'))')) AS taken
FROM {database}.complaints GROUP BY stream;

INSERT INTO {database}.newest_events (stream, at, taken)
SELECT 'contacts' AS stream, max(occurred_at) AS at, max(CAST((recorded_at, stored_at), 'Tuple(recorded_at DateTime64(3, \'UTC\'), stored_at DateTime(\'UTC\'))')) AS taken
FROM {database}.contacts GROUP BY stream;

INSERT INTO {database}.newest_events (stream, at, taken)
SELECT 'insurance' AS stream, max(occurred_at) AS at, max(CAST((recorded_at, stored_at), 'Tuple(recorded_at DateTime64(3, \'UTC\'), stored_at DateTime(\'UTC\'))')) AS taken
FROM {database}.insurance GROUP BY stream;

INSERT INTO {database}.newest_events (stream, at, taken)
SELECT 'tags' AS stream, max(occurred_at) AS at, max(CAST((recorded_at, stored_at), 'Tuple(recorded_at DateTime64(3, \'UTC\'), stored_at DateTime(\'UTC\'))')) AS taken
FROM {database}.tags GROUP BY stream;

INSERT INTO {database}.newest_events (stream, at, taken)
SELECT 'verdicts' AS stream, max(occurred_at) AS at, max(CAST((recorded_at, stored_at), 'Tuple(recorded_at DateTime64(3, \'UTC\'), stored_at DateTime(\'UTC\'))')) AS taken
FROM {database}.verdicts GROUP BY stream;

INSERT INTO {database}.newest_events (stream, at, taken)
SELECT 'shops' AS stream, max(occurred_at) AS at, max(CAST((recorded_at, stored_at), 'Tuple(recorded_at DateTime64(3, \'UTC\'), stored_at DateTime(\'UTC\'))')) AS taken
FROM {database}.shops GROUP BY stream;

INSERT INTO {database}.newest_events (stream, at, taken)
SELECT 'accounts' AS stream, max(occurred_at) AS at, max(CAST((recorded_at, stored_at), 'Tuple(recorded_at DateTime64(3, \'UTC\'), stored_at DateTime(\'UTC\'))')) AS taken
FROM {database}.accounts GROUP BY stream;

INSERT INTO {database}.newest_events (stream, at, taken)
SELECT 'violations' AS stream, max(occurred_at) AS at, max(CAST((recorded_at, stored_at), 'Tuple(recorded_at DateTime64(3, \'UTC\'), stored_at DateTime(\'UTC\'))')) AS taken
FROM {database}.violations GROUP BY stream;

INSERT INTO {database}.newest_events (stream, at, taken)
SELECT 'abuses' AS stream, max(occurred_at) AS at, max(CAST((recorded_at, stored_at), 'Tuple(recorded_at DateTime64(3, \'UTC\'), stored_at DateTime(\'UTC\'))')) AS taken
FROM {database}.abuses GROUP BY stream;

INSERT INTO {database}.newest_events (stream, at, taken)
SELECT 'chargebacks' AS stream, max(occurred_at) AS at, max(CAST((recorded_at, stored_at), 'Tuple(recorded_at DateTime64(3, \'UTC\'), stored_at DateTime(\'UTC\'))')) AS taken
FROM {database}.chargebacks GROUP BY stream;

INSERT INTO {database}.newest_events (stream, at, taken)
SELECT 'order_limits' AS stream, max(occurred_at) AS at, max(CAST((recorded_at, stored_at), 'Tuple(recorded_at DateTime64(3, \'UTC\'), stored_at DateTime(\'UTC\'))')) AS taken
FROM {database}.order_limits GROUP BY stream;

INSERT INTO {database}.newest_events (stream, at, taken)
SELECT 'appeals' AS stream, max(occurred_at) AS at, max(CAST((recorded_at, stored_at), 'Tuple(recorded_at DateTime64(3, \'UTC\'), stored_at DateTime(\'UTC\'))')) AS taken
FROM {database}.appeals GROUP BY stream;

CREATE OR REPLACE VIEW {database}.newest_event AS
SELECT max(n.at) AS at FROM {database}.newest_events AS n;
