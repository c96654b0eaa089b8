-- Until when somebody has put a case off.
ALTER TABLE {database}.case_acts ADD COLUMN IF NOT EXISTS until_at Nullable(DateTime64(3, 'UTC')) AFTER shop_id;
