"""The setting that keeps a question from changing anything."""

from clickhouse_connect.driver.client import Client

READ_ONLY = "1"


def reading(client: Client) -> dict[str, str]:
    """The setting that makes ClickHouse read only; empty for a user who has it already and may not say so again."""
    known = client.server_settings.get("readonly")
    return {} if known is not None and known.value != "0" else {"readonly": READ_ONLY}
