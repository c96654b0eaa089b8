ALTER TABLE {database}.logistics ADD COLUMN IF NOT EXISTS vehicle_id String AFTER received_at;
