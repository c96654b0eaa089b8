"""The edge to ClickHouse: migrations, blocks of columns, inserts that may be repeated, errors and what they mean."""
