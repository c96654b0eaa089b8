"""A table beside another one that counts every row inserted there, and forgives nothing."""

ID = {"alerts": "alert_id", "consequences": "consequence_id"}


def witness(database: str, table: str) -> tuple[str, str]:
    """The statements that make `TABLE_witness`: the tokens of the blocks alone must keep it right."""
    seen = f"{database}.{table}_witness"
    return (
        f"""CREATE TABLE {seen} ({ID[table]} String) ENGINE = MergeTree ORDER BY {ID[table]}
        SETTINGS non_replicated_deduplication_window = 100000""",
        f"CREATE MATERIALIZED VIEW {database}.to_{table}_witness TO {seen} AS SELECT {ID[table]} FROM {database}.{table}",
    )
