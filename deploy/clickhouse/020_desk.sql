-- Every revision of an alert, as there are of the other records: people are shown how a case came to be what it is.
CREATE TABLE IF NOT EXISTS {database}.alert_revisions AS {database}.alerts
ENGINE = ReplacingMergeTree
ORDER BY (alert_id, revision)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.alerts_to_revisions TO {database}.alert_revisions AS
SELECT * FROM {database}.alerts;

CREATE VIEW IF NOT EXISTS {database}.alerts_history AS
SELECT * FROM {database}.alert_revisions FINAL;

-- What is stored already, as far as it was not merged away.
INSERT INTO {database}.alert_revisions SELECT * FROM {database}.alerts;
