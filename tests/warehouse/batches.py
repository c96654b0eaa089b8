"""Batches as the sink would cut them."""

from collections.abc import Iterable

from clickhouse_connect.driver.client import Client
from msgspec import Struct

from cloudtag.warehouse.blocks import InsertBatch, LogRow
from cloudtag.warehouse.insert import Inserter
from cloudtag.warehouse.pseudonymizer import Pseudonymizer
from tests.warehouse.places import Warehouse
from tests.warehouse.samples import START_MS

SECRET = b"a secret only for tests"


def batch(stream: str, records: Iterable[Struct], first_offset: int = 0) -> InsertBatch:
    """Records as rows of one partition, one after the other."""
    rows = tuple(LogRow(n, START_MS + n, record, b"k", b"v") for n, record in enumerate(records, first_offset))
    return InsertBatch(stream, stream, 0, 1000, rows)


def inserter(warehouse: Warehouse, client: Client | None = None) -> Inserter:
    """An inserter with a pseudonymizer of its own."""
    return Inserter(client or warehouse.connect(), warehouse.database, Pseudonymizer(SECRET))
