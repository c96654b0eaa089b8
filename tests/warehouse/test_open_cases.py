"""What the queue reads says what alerts, labels and refunds say, however often and in whatever blocks they are told."""

from collections.abc import Iterator
from itertools import count, pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from cloudtag.warehouse.migrate import load, migrate
from tests.effort import examples
from tests.warehouse.batches import batch, inserter
from tests.warehouse.places import Warehouse
from tests.warehouse.record_samples import label
from tests.warehouse.samples import START_MS, alert, refund

SHOWN = """alert_id, revision, status, detector, scenario, family, severity, platform, buyer_key, shop_id,
    orders_shop_ids, orders_order_ids, decided_at, amount_at_stake_minor, currency, route, recommendation, historical,
    stored_at"""
STATUSES = ("open", "upgraded", "withdrawn", "resolved", "unknown")
_numbers = count()
"""Each life begins at offsets of its own: blocks of others at the same offsets would pass for repeats."""


def _agree(warehouse: Warehouse) -> None:
    """Hold every table beside the tables it is fed from."""
    current, shown = (
        warehouse.rows(f"SELECT {SHOWN} FROM {{db}}.{view} ORDER BY alert_id")
        for view in ("alerts_current", "open_cases_current")
    )
    assert shown == current
    keys = "arraySort(arrayMap(id -> reinterpretAsUInt128(sipHash128(buyer_key, id)), refund_ids))"
    assert warehouse.rows(
        "SELECT alert_id, arraySort(refund_keys) FROM {db}.open_cases_current ORDER BY 1"
    ) == warehouse.rows(f"SELECT alert_id, {keys} FROM {{db}}.alerts_current ORDER BY 1")
    marks = (
        "SELECT detector, countIf(is_right), countIf(is_wrong) FROM {db}.label_marks FINAL WHERE is_right OR is_wrong"
    )
    labels = """SELECT detector, countIf(label = 'true_positive'), countIf(label = 'false_positive')
        FROM {db}.labels_current WHERE label IN ('true_positive', 'false_positive')"""
    marked, labelled = (warehouse.rows(f"{sql} GROUP BY detector ORDER BY detector") for sql in (marks, labels))
    assert marked == labelled
    answers = """SELECT {id} AS id, argMax({over}, (occurred_at, event_id)), max(deadline_at) FROM {db}.{table}
        GROUP BY id ORDER BY id"""
    by_hand = {"{id}": "reinterpretAsUInt128(sipHash128(buyer_key, refund_id))", "{table}": "refunds"}
    over = {"{over}": "status IN ('completed', 'withdrawn', 'refused')"}
    own = {"{id}": "refund_key", "{over}": "is_over", "{table}": "refund_answers"}
    told, expected = (warehouse.rows(_filled(answers, how)) for how in (own, by_hand | over))
    assert told == expected


def _filled(sql: str, how: dict[str, str]) -> str:
    for name, text in how.items():
        sql = sql.replace(name, text)
    return sql


def _merge(warehouse: Warehouse) -> None:
    client = warehouse.connect()
    for table in ("alerts", "open_cases", "labels", "label_marks", "refunds", "refund_answers"):
        client.command(f"OPTIMIZE TABLE {warehouse.database}.{table} FINAL")
    client.close()


def _revisions(life: str, statuses: list[str]) -> Iterator[Struct]:
    for revision, status in enumerate(statuses):
        money: dict[str, Any] = {"amount_at_stake_minor": 100 * revision or None, "currency": "CNY"}
        yield alert(revision, revision, alert_id=life, status=status, buyer_id="nina", **money)


@given(st.data())
@settings(max_examples=examples(15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_order_of_deliveries_opens_or_closes_a_case(warehouse: Warehouse, data: st.DataObject) -> None:
    number = next(_numbers)
    lives = data.draw(st.lists(st.lists(st.sampled_from(STATUSES), min_size=1, max_size=4), min_size=1, max_size=3))
    log = [each for n, life in enumerate(lives) for each in _revisions(f"c{number}-{n}", life)]
    log = data.draw(st.permutations(log))
    cuts = sorted({0, len(log), *data.draw(st.lists(st.integers(0, len(log)), max_size=3))})
    blocks = list(pairwise(cuts))
    slices = st.tuples(st.integers(0, len(log)), st.integers(0, len(log))).filter(lambda s: s[0] < s[1])
    again = data.draw(st.lists(st.one_of(st.sampled_from(blocks), slices), max_size=4))
    into = inserter(warehouse)
    for first, last in data.draw(st.permutations([*blocks, *again])):
        into.insert(batch("alerts", log[first:last], number * 1000 + first))
        if data.draw(st.booleans()):
            _merge(warehouse)
    _agree(warehouse)
    open_now = [f"c{number}-{n}" for n, life in enumerate(lives) if life[-1] in ("open", "upgraded")]
    named = f"SELECT alert_id FROM {{db}}.open_cases_current WHERE startsWith(alert_id, 'c{number}-') ORDER BY 1"
    assert warehouse.rows(named) == [(name,) for name in open_now]


def _told() -> list[tuple[str, list[Struct]]]:
    """Labels that stand, fall and say something else; refunds that are reopened, over, and of the same moment."""
    labels: list[Struct] = [label(f"l{n}", "nina", "true_positive" if n % 3 else "false_positive", n) for n in range(6)]
    later: list[Struct] = [label(name, "nina", "true_positive", 3, 1, status="withdrawn") for name in ("l1", "l3")]
    later.append(label("l2", "nina", "false_positive", 3, 1))
    refunds: list[Struct] = [
        refund(1, event_id="a", deadline_at=START_MS + 9_000),
        refund(1, event_id="b", status="completed", occurred_at=START_MS + 60_000),
        refund(2, event_id="a", status="refused", deadline_at=START_MS + 5_000),
        refund(2, event_id="c", status="opened", occurred_at=START_MS + 120_000),
        refund(2, event_id="b", status="completed", occurred_at=START_MS + 120_000),
    ]
    alerts: list[Struct] = [*(alert(n, 0) for n in range(4)), alert(2, 1, status="withdrawn")]
    return [("labels", [*labels, *later]), ("refunds", refunds), ("alerts", alerts)]


@pytest.mark.parametrize("is_merged", [False, True])
def test_labels_and_refunds_count_as_they_do_in_their_own_tables(warehouse: Warehouse, is_merged: bool) -> None:
    for stream, records in _told():
        for repeat in range(2):
            inserter(warehouse).insert(batch(stream, records[repeat:], 40 + repeat))
    if is_merged:
        _merge(warehouse)
    _agree(warehouse)
    assert warehouse.one("SELECT count() FROM {db}.open_cases_current") == 3
    assert warehouse.one("SELECT countIf(is_right) FROM {db}.label_marks FINAL") == 2


def test_what_was_stored_before_the_tables_were_there_is_in_them(empty: Warehouse) -> None:
    client = empty.connect()
    migrate(client, empty.database, [migration for migration in load() if migration.name < "024"])
    for stream, records in _told():
        inserter(empty).insert(batch(stream, records))
    migrate(client, empty.database)
    assert empty.one("SELECT count() FROM {db}.open_cases_current") == 3
    _agree(empty)
    for stream, records in _told():
        inserter(empty).insert(batch(stream, records[1:], 1))
    _agree(empty)
