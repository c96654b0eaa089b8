-- Whether what a record says was decided before the installation went live (`historical`). NULL where it names no such
-- moment, and in rows stored before.
ALTER TABLE {database}.alerts ADD COLUMN IF NOT EXISTS historical Nullable(Bool) COMMENT 'decided before the installation went live, NULL where it names no such moment' AFTER verdict;
ALTER TABLE {database}.tag_statuses ADD COLUMN IF NOT EXISTS historical Nullable(Bool) COMMENT 'decided before the installation went live, NULL where it names no such moment' AFTER put_at;
ALTER TABLE {database}.tag_status_revisions ADD COLUMN IF NOT EXISTS historical Nullable(Bool) COMMENT 'decided before the installation went live, NULL where it names no such moment' AFTER put_at;
ALTER TABLE {database}.tag_confirmations ADD COLUMN IF NOT EXISTS historical Nullable(Bool) COMMENT 'decided before the installation went live, NULL where it names no such moment' AFTER reached_ms;
ALTER TABLE {database}.confirmation_revisions ADD COLUMN IF NOT EXISTS historical Nullable(Bool) COMMENT 'decided before the installation went live, NULL where it names no such moment' AFTER reached_ms;
ALTER TABLE {database}.report_statuses ADD COLUMN IF NOT EXISTS historical Nullable(Bool) COMMENT 'decided before the installation went live, NULL where it names no such moment' AFTER policy_version;
ALTER TABLE {database}.report_status_revisions ADD COLUMN IF NOT EXISTS historical Nullable(Bool) COMMENT 'decided before the installation went live, NULL where it names no such moment' AFTER policy_version;
ALTER TABLE {database}.consequences ADD COLUMN IF NOT EXISTS historical Nullable(Bool) COMMENT 'decided before the installation went live, NULL where it names no such moment' AFTER shop_id;
ALTER TABLE {database}.consequence_revisions ADD COLUMN IF NOT EXISTS historical Nullable(Bool) COMMENT 'decided before the installation went live, NULL where it names no such moment' AFTER shop_id;
ALTER TABLE {database}.labels ADD COLUMN IF NOT EXISTS historical Nullable(Bool) COMMENT 'decided before the installation went live, NULL where it names no such moment' AFTER policy_version;
ALTER TABLE {database}.label_revisions ADD COLUMN IF NOT EXISTS historical Nullable(Bool) COMMENT 'decided before the installation went live, NULL where it names no such moment' AFTER policy_version;

-- A view keeps the columns there were when it was made.
CREATE OR REPLACE VIEW {database}.alerts_latest AS
SELECT * FROM {database}.alerts FINAL;

CREATE OR REPLACE VIEW {database}.alerts_current AS
SELECT * FROM {database}.alerts FINAL WHERE status IN ('open', 'upgraded');

CREATE OR REPLACE VIEW {database}.tag_statuses_current AS
SELECT * FROM {database}.tag_statuses FINAL;

CREATE OR REPLACE VIEW {database}.confirmations_latest AS
SELECT * FROM {database}.tag_confirmations FINAL;

CREATE OR REPLACE VIEW {database}.confirmations_current AS
SELECT * FROM {database}.tag_confirmations FINAL WHERE status = 'confirmed';

CREATE OR REPLACE VIEW {database}.report_statuses_current AS
SELECT * FROM {database}.report_statuses FINAL;

CREATE OR REPLACE VIEW {database}.report_record AS
SELECT * FROM {database}.report_statuses FINAL
WHERE put_at >= (SELECT subtractMonths(at, 6) FROM {database}.newest_event);

CREATE OR REPLACE VIEW {database}.consequences_latest AS
SELECT * FROM {database}.consequences FINAL;

CREATE OR REPLACE VIEW {database}.consequences_current AS
SELECT * FROM {database}.consequences FINAL WHERE status = 'active';

CREATE OR REPLACE VIEW {database}.labels_latest AS
SELECT * FROM {database}.labels FINAL;

CREATE OR REPLACE VIEW {database}.labels_current AS
SELECT * FROM {database}.labels FINAL WHERE status = 'standing';

CREATE OR REPLACE VIEW {database}.tag_statuses_history AS
SELECT * FROM {database}.tag_status_revisions FINAL;

ALTER TABLE {database}.tag_statuses_to_revisions MODIFY QUERY
SELECT * FROM {database}.tag_statuses;

CREATE OR REPLACE VIEW {database}.confirmations_history AS
SELECT * FROM {database}.confirmation_revisions FINAL;

ALTER TABLE {database}.tag_confirmations_to_revisions MODIFY QUERY
SELECT * FROM {database}.tag_confirmations;

CREATE OR REPLACE VIEW {database}.report_statuses_history AS
SELECT * FROM {database}.report_status_revisions FINAL;

ALTER TABLE {database}.report_statuses_to_revisions MODIFY QUERY
SELECT * FROM {database}.report_statuses;

CREATE OR REPLACE VIEW {database}.consequences_history AS
SELECT * FROM {database}.consequence_revisions FINAL;

ALTER TABLE {database}.consequences_to_revisions MODIFY QUERY
SELECT * FROM {database}.consequences;

CREATE OR REPLACE VIEW {database}.labels_history AS
SELECT * FROM {database}.label_revisions FINAL;

ALTER TABLE {database}.labels_to_revisions MODIFY QUERY
SELECT * FROM {database}.labels;
