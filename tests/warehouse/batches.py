"""Batches as the sink would cut them."""

from collections.abc import Iterable

from clickhouse_connect.driver.client import Client
from msgspec import Struct

from cloudtag.warehouse.blocks import Batch, Row
from cloudtag.warehouse.insert import Inserter
from cloudtag.warehouse.veil import Veil
from tests.warehouse.places import Warehouse
from tests.warehouse.samples import START_MS

SECRET = b"a secret only for tests"


def batch(stream: str, records: Iterable[Struct], first_offset: int = 0) -> Batch:
    """Records as rows of one partition, one after the other."""
    rows = tuple(Row(n, START_MS + n, record, b"k", b"v") for n, record in enumerate(records, first_offset))
    return Batch(stream, stream, 0, 1000, rows)


def inserter(warehouse: Warehouse, client: Client | None = None) -> Inserter:
    """An inserter with a veil of its own."""
    return Inserter(client or warehouse.connect(), warehouse.database, Veil(SECRET))
