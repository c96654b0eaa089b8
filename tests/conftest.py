"""The servers that tests share: one of each kind for the whole session, started by the first test that asks.

They stand here and nowhere else: a fixture that is imported into a file is that file's own, and so is its server.
"""

import pytest

from tests import effort
from tests.servers.brokers import broker, kafka_bootstrap, one_bootstrap, tansu_bootstrap
from tests.servers.databases import database
from tests.servers.warehouses import warehouse_url
from tests.warehouse.places import in_process, over_http

__all__ = [
    "broker",
    "database",
    "in_process",
    "kafka_bootstrap",
    "one_bootstrap",
    "over_http",
    "tansu_bootstrap",
    "warehouse_url",
]

effort.register()

SERVERS = {"broker", "kafka_bootstrap", "one_bootstrap", "tansu_bootstrap", "warehouse_url"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that wait for servers come first: they last longest, and all processes should end at the same time."""
    for item in effort.left_to_a_thorough_run(items):
        item.add_marker(pytest.mark.long)
    slow = {item.path for item in items if SERVERS.intersection(getattr(item, "fixturenames", ()))}
    items.sort(key=lambda item: (not item.nodeid.startswith(effort.LONGEST), item.path not in slow))
