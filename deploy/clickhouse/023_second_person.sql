-- What waits for a second person, and what became of it.
ALTER TABLE {database}.case_acts ADD COLUMN IF NOT EXISTS revision Nullable(UInt32) COMMENT 'of the alert that was seen' AFTER until_at;
ALTER TABLE {database}.case_acts ADD COLUMN IF NOT EXISTS about_id String COMMENT 'the proposal that is approved or declined' AFTER revision;
ALTER TABLE {database}.case_acts ADD COLUMN IF NOT EXISTS said String CODEC(ZSTD) COMMENT 'what the form of a proposal said' AFTER about_id;
ALTER TABLE {database}.case_acts ADD COLUMN IF NOT EXISTS account_id String AFTER said;
ALTER TABLE {database}.case_acts ADD COLUMN IF NOT EXISTS proposed LowCardinality(String) AFTER account_id;
ALTER TABLE {database}.case_acts ADD COLUMN IF NOT EXISTS buyer_key String COMMENT 'of a proposal; empty else' AFTER proposed;
