"""How far event time has come is said by the newest event of any stream, however late or often others are told."""

from datetime import UTC, datetime

from msgspec.structs import replace

from cloudtag.contract.streams import INPUTS
from cloudtag.warehouse.blocks import TABLES
from cloudtag.warehouse.migrate import load, migrate
from tests.warehouse.batches import batch, inserter
from tests.warehouse.places import Warehouse
from tests.warehouse.samples import START_MS, one_of_each

STREAMS = [stream for stream in INPUTS if stream in TABLES and hasattr(one_of_each().get(stream), "occurred_at")]
HOUR_MS = 3_600_000


def _newest(warehouse: Warehouse) -> object:
    return warehouse.one("SELECT toUnixTimestamp64Milli(at) FROM {db}.newest_event")


def test_an_event_of_any_stream_moves_it_and_an_older_one_does_not(warehouse: Warehouse) -> None:
    assert _newest(warehouse) == 0
    into, at_ms = inserter(warehouse), START_MS
    for n, stream in enumerate(STREAMS):
        if stream == "erasures":
            continue
        at_ms += HOUR_MS
        sample = one_of_each()[stream]
        into.insert(batch(stream, [replace(sample, event_id=f"n{n}", occurred_at=at_ms)], n * 10))
        assert _newest(warehouse) == at_ms, stream
        into.insert(batch(stream, [replace(sample, event_id=f"o{n}", occurred_at=at_ms - 1)], n * 10 + 5))
        assert _newest(warehouse) == at_ms, stream
    tables = sorted(TABLES[stream].name for stream in STREAMS if stream != "erasures")
    assert warehouse.rows("SELECT DISTINCT stream FROM {db}.newest_events ORDER BY stream") == [(t,) for t in tables]


def test_what_was_stored_before_counts(empty: Warehouse) -> None:
    client = empty.connect()
    migrate(client, empty.database, [migration for migration in load() if migration.name < "027"])
    for n, stream in enumerate(("orders", "appeals")):
        late = replace(one_of_each()[stream], occurred_at=START_MS + n * HOUR_MS)
        inserter(empty).insert(batch(stream, [late], n))
    migrate(client, empty.database)
    assert _newest(empty) == START_MS + HOUR_MS
    taken = "SELECT max(taken).recorded_at FROM {db}.newest_events WHERE stream = 'orders'"
    assert empty.one(taken) == empty.one("SELECT max(recorded_at) FROM {db}.orders")


def test_an_empty_warehouse_has_come_nowhere(warehouse: Warehouse) -> None:
    assert warehouse.one("SELECT count() FROM {db}.newest_events") == 0
    assert warehouse.one("SELECT at FROM {db}.newest_event") in (
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(1970, 1, 1),  # noqa: DTZ001 - a client may give it without its zone
    )
