-- History: every revision of every tag status, confirmation, consequence and label, each for 25 months. The tables beside them
-- keep the newest revision alone once ClickHouse has merged; here id and revision together are the key, so a revision
-- never makes way for the next one, and a copy of it always falls on itself.
--
-- Why that is exact: a materialized view is given the rows of an insert as they were sent, before any of them is
-- replaced, also two revisions in one block. A repeated block is dropped by its token in the table and here, each for
-- itself: a block that was stored there but not here (the server died in between) is stored here by the repeat. Rows
-- that come again in other blocks fall on the same key; the views *_history read with FINAL. A revision's content
-- never changes, so it does not matter which copy stays (only recorded_at may be that of the later telling).
--
-- Nothing but id and revision may decide whether two rows meet: hence no partitions, and no time or buyer in the key.
-- A column that is added to one of the four tables is added here as well.

CREATE TABLE IF NOT EXISTS {database}.tag_status_revisions AS {database}.tag_statuses
ENGINE = ReplacingMergeTree
ORDER BY (tag_id, revision)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.tag_statuses_to_revisions TO {database}.tag_status_revisions AS
SELECT * FROM {database}.tag_statuses;

CREATE VIEW IF NOT EXISTS {database}.tag_statuses_history AS
SELECT * FROM {database}.tag_status_revisions FINAL;

CREATE TABLE IF NOT EXISTS {database}.confirmation_revisions AS {database}.tag_confirmations
ENGINE = ReplacingMergeTree
ORDER BY (confirmation_id, revision)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.tag_confirmations_to_revisions TO {database}.confirmation_revisions AS
SELECT * FROM {database}.tag_confirmations;

CREATE VIEW IF NOT EXISTS {database}.confirmations_history AS
SELECT * FROM {database}.confirmation_revisions FINAL;

CREATE TABLE IF NOT EXISTS {database}.consequence_revisions AS {database}.consequences
ENGINE = ReplacingMergeTree
ORDER BY (consequence_id, revision)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.consequences_to_revisions TO {database}.consequence_revisions AS
SELECT * FROM {database}.consequences;

CREATE VIEW IF NOT EXISTS {database}.consequences_history AS
SELECT * FROM {database}.consequence_revisions FINAL;

CREATE TABLE IF NOT EXISTS {database}.label_revisions AS {database}.labels
ENGINE = ReplacingMergeTree
ORDER BY (label_id, revision)
TTL stored_at + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 100000, replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800;

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.labels_to_revisions TO {database}.label_revisions AS
SELECT * FROM {database}.labels;

CREATE VIEW IF NOT EXISTS {database}.labels_history AS
SELECT * FROM {database}.label_revisions FINAL;

-- What the tables held before there was a history, as far as it is not merged away. Rows that come in meanwhile fall on
-- the same keys.
INSERT INTO {database}.tag_status_revisions SELECT * FROM {database}.tag_statuses;

INSERT INTO {database}.confirmation_revisions SELECT * FROM {database}.tag_confirmations;

INSERT INTO {database}.consequence_revisions SELECT * FROM {database}.consequences;
