"""Two different events under one id: the warehouse counts one, the one that the engine keeps."""

from typing import Any

import pytest
from msgspec.structs import replace

from cloudtag.contract.replay_form import sorted_form
from cloudtag.contract.streams import SURFACES
from cloudtag.warehouse.blocks import TABLES
from tests.streams.sink.log import Entry, Log, sinking
from tests.warehouse.places import Warehouse
from tests.warehouse.samples import MINUTE_MS, order, refund

DAY_MS = 24 * 60 * MINUTE_MS


@pytest.fixture
async def log(one_bootstrap: str) -> Log:
    log = Log(one_bootstrap)
    await log.create()
    return log


def kept(*contents: Any) -> Any:
    """What the engine keeps of them (`cloudtag.engine.conflicts`)."""
    return min(contents, key=sorted_form)


FIRST = order(1, "paid")
LATER = replace(FIRST, occurred_at=FIRST.occurred_at + MINUTE_MS, status="shipped")
"""The same id, and it says something else."""
MONTHS_LATER = replace(FIRST, occurred_at=FIRST.occurred_at + 70 * DAY_MS, status="cancelled")
"""In another month, and so in another part of the table."""
OF_OTHERS = (
    replace(FIRST, buyer_id="another buyer"),
    replace(FIRST, event_id="another event"),
)
"""About something else: the engine keeps them beside it."""
MONEY, MORE_MONEY = refund(1), replace(refund(1), occurred_at=refund(1).occurred_at + 1, amount_minor=9_999)


@pytest.mark.parametrize(
    "contents",
    [(FIRST, LATER, MONTHS_LATER), (MONTHS_LATER, LATER, FIRST)],
    ids=["first comes first", "last comes first"],
)
@pytest.mark.parametrize("is_merged", [False, True], ids=["parts as they came", "parts merged"])
async def test_an_event_id_counts_once_and_says_what_the_engine_keeps(
    log: Log, warehouse: Warehouse, contents: tuple[Any, ...], is_merged: bool
) -> None:
    entries: list[Entry] = [("orders", content) for content in contents]
    entries += [("orders", other) for other in OF_OTHERS]
    entries += [("refunds", MORE_MONEY), ("refunds", MONEY)]
    async with sinking(log.sink_config(warehouse)):
        for _ in range(2):  # everything is delivered again, in batches of its own
            for entry in entries:
                await log.append([entry])
            await log.sunk()
    if is_merged:
        for table in ("orders", "refunds"):
            warehouse.connect().command(f"OPTIMIZE TABLE {warehouse.database}.{table} FINAL")
    engine = kept(*contents)
    assert engine == FIRST
    assert warehouse.one("SELECT count() FROM {db}.orders FINAL") == len(contents) + len(OF_OTHERS)
    assert warehouse.one("SELECT count() FROM {db}.orders_once") == 1 + len(OF_OTHERS)
    mine = "event_id = 'order-1-paid'"
    found = warehouse.rows(f"SELECT status, toUnixTimestamp64Milli(occurred_at) FROM {{db}}.orders_once WHERE {mine}")
    assert found == [(engine.status, engine.occurred_at)] * 2  # of two buyers
    assert warehouse.rows("SELECT status, total_minor FROM {db}.orders_current WHERE order_id = 'o1'") == [
        ("paid", 2500)
    ]
    assert kept(MORE_MONEY, MONEY) == MONEY
    assert warehouse.rows("SELECT refunds, amount_minor FROM {db}.refund_totals") == [(1, MONEY.amount_minor)]


async def test_every_table_of_events_has_a_view_of_each_event_once(warehouse: Warehouse) -> None:
    # What people do at the desk is stored as it came: nothing is counted of it. And the desk's queue and a case's page
    # take each event once of those that lie beside each other for them.
    names = [*(TABLES[stream].name for stream in SURFACES if stream in TABLES), "case_facts", "refund_answers"]
    beside = ", ".join(f"'{name}'" for name in names)
    by_time = f"sorting_key LIKE '%, occurred_at, event_id' AND name NOT IN ({beside})"
    tables = warehouse.rows(f"SELECT name FROM system.tables WHERE database = '{{db}}' AND {by_time}")
    assert len(tables) >= 17
    for (name,) in tables:
        assert warehouse.one(f"SELECT count() FROM {{db}}.{name}_once") == 0
