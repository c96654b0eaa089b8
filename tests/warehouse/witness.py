"""A table beside another one that counts every row inserted there, and forgives nothing."""

ID = {"alerts": "alert_id", "consequences": "consequence_id", "logistics": "event_id", "orders": "event_id"}


def witness(database: str, table: str) -> tuple[str, str]:
    """The statements that make `TABLE_witness`: the tokens of the blocks alone must keep it right."""
    key, seen, view = ID[table], f"{database}.{table}_witness", f"{database}.to_{table}_witness"
    return (
        f"""CREATE TABLE {seen} ({key} String) ENGINE = MergeTree ORDER BY {key}
        SETTINGS non_replicated_deduplication_window = 100000""",
        f"CREATE MATERIALIZED VIEW {view} TO {seen} AS SELECT {key} FROM {database}.{table}",
    )
