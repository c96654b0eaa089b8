-- What is at stake in an alert, in which shops its orders are, what refuted it, and what resolved it. Rows stored before
-- have none of it: '' and empty lists, NULL for the amount.
ALTER TABLE {database}.alerts
    ADD COLUMN IF NOT EXISTS orders_shop_ids Array(String) COMMENT 'the shops of orders_order_ids, one each' AFTER policy_version,
    ADD COLUMN IF NOT EXISTS orders_order_ids Array(String) AFTER orders_shop_ids,
    ADD COLUMN IF NOT EXISTS amount_at_stake_minor Nullable(Int64) COMMENT 'NULL: not known, or of mixed currencies' AFTER orders_order_ids,
    ADD COLUMN IF NOT EXISTS currency LowCardinality(String) AFTER amount_at_stake_minor,
    ADD COLUMN IF NOT EXISTS withdrawn_by_streams Array(LowCardinality(String)) COMMENT 'the events that refuted it' AFTER currency,
    ADD COLUMN IF NOT EXISTS withdrawn_by_event_ids Array(String) AFTER withdrawn_by_streams,
    ADD COLUMN IF NOT EXISTS withdrawn_by_times Array(DateTime64(3, 'UTC')) AFTER withdrawn_by_event_ids,
    ADD COLUMN IF NOT EXISTS withdrawn_because String CODEC(ZSTD) AFTER withdrawn_by_times,
    ADD COLUMN IF NOT EXISTS withdrawn_because_zh String CODEC(ZSTD) AFTER withdrawn_because,
    ADD COLUMN IF NOT EXISTS verdict LowCardinality(String) COMMENT 'what resolved it' AFTER withdrawn_because_zh;

-- A view keeps the columns there were when it was made.
CREATE OR REPLACE VIEW {database}.alerts_latest AS
SELECT * FROM {database}.alerts FINAL;

CREATE OR REPLACE VIEW {database}.alerts_current AS
SELECT * FROM {database}.alerts FINAL WHERE status IN ('open', 'upgraded');
