"""A history holds every revision once, however often and in whatever blocks the log is told again."""

from collections.abc import Callable
from itertools import count, pairwise

import pytest
from clickhouse_connect.driver.client import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from cloudtag.warehouse.errors import OutageError
from tests.effort import examples
from tests.warehouse.batches import batch, inserter
from tests.warehouse.places import Warehouse
from tests.warehouse.record_samples import at, confirmation, consequence, label, report_status, tag_status
from tests.warehouse.samples import alert
from tests.warehouse.test_migrate import HISTORIES

MAKERS: dict[str, tuple[str, str, Callable[[str, int], Struct]]] = {
    "alerts": ("alerts", "decided_at", lambda name, n: alert(n, n, alert_id=name, buyer_id="nina", decided_at=at(n))),
    "tag-statuses": (
        "tag_statuses",
        "decided_at",
        lambda name, n: tag_status(f"{name}/o", "nina", "s1", "pending" if n % 2 else "voided", n, n),
    ),
    "tag-confirmations": (
        "tag_confirmations",
        "confirmed_at",
        lambda name, n: confirmation(name, "nina", (f"t{n}/o",), n, n, status="confirmed" if n % 2 else "reversed"),
    ),
    "consequences": (
        "consequences",
        "starts_at",
        lambda name, n: consequence("sanction", "buyer", "nina", n, n, anchor=name, details={"sanction": f"rung{n}"}),
    ),
    "labels": ("labels", "labelled_at", lambda name, n: label(name, "nina", "true_positive", n, n)),
    "report-statuses": (
        "report_statuses",
        "decided_at",
        lambda name, n: report_status(name, "nina", "s1", "overdue" if n % 2 else "pending", n, n),
    ),
}
numbers = count()
"""Each life begins at offsets of its own: blocks of others at the same offsets would pass for repeats."""


def _merge(warehouse: Warehouse, *tables: str) -> None:
    client: Client = warehouse.connect()
    for table in tables:
        client.command(f"OPTIMIZE TABLE {warehouse.database}.{table} FINAL")
    client.close()


@pytest.mark.parametrize("stream", MAKERS)
def test_every_revision_stays_when_the_table_has_let_it_go(warehouse: Warehouse, stream: str) -> None:
    source, time, make = MAKERS[stream]
    table, key = HISTORIES[source]
    told = [make(name, revision) for revision in range(5) for name in ("a", "b")]
    first, rest = batch(stream, told[:6]), batch(stream, told[6:], 6)
    for block in (first, first, rest, batch(stream, told[2:9], 2), first, rest):
        inserter(warehouse).insert(block)
    _merge(warehouse, source, table)
    assert warehouse.rows(f"SELECT count(), min(revision) FROM {{db}}.{source}") == [(2, 4)]
    history = warehouse.rows(f"SELECT {key}, revision FROM {{db}}.{table} ORDER BY {key}, revision")
    ids = sorted({row[0] for row in history})
    assert [(row[0], row[-1]) for row in history] == [(name, revision) for name in ids for revision in range(5)]
    assert len(ids) == 2
    days = f"SELECT DISTINCT dateDiff('day', toDateTime('2026-02-25', 'UTC'), {time}) = revision FROM {{db}}.{table}"
    assert warehouse.rows(days) == [(1,)]


def test_a_block_told_again_is_not_even_stored_twice(warehouse: Warehouse) -> None:
    block = batch("labels", [label("a", "nina", "true_positive", 1, revision) for revision in range(3)])
    for _ in range(3):
        inserter(warehouse).insert(block)
    assert warehouse.one("SELECT count() FROM {db}.label_revisions") == 3


def test_a_block_that_reached_the_table_alone_reaches_the_history_when_it_is_repeated(warehouse: Warehouse) -> None:
    block = batch("labels", [label("a", "nina", "true_positive", 1, revision) for revision in range(3)])
    client, db = warehouse.connect(), warehouse.database
    client.command(f"RENAME TABLE {db}.label_revisions TO {db}.away")
    with pytest.raises(OutageError):
        inserter(warehouse).insert(block)
    client.command(f"RENAME TABLE {db}.away TO {db}.label_revisions")
    for _ in range(2):
        inserter(warehouse).insert(block)
    assert warehouse.rows("SELECT revision FROM {db}.labels_history ORDER BY revision") == [(0,), (1,), (2,)]
    assert warehouse.rows("SELECT revision FROM {db}.labels_current") == [(2,)]


@given(st.data())
@settings(max_examples=examples(15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_order_of_deliveries_adds_or_loses_a_revision(warehouse: Warehouse, data: st.DataObject) -> None:
    number = next(numbers)
    life, begin = f"h{number}", number * 1000
    revisions = data.draw(st.lists(st.integers(0, 4), min_size=1, max_size=4))
    log = [(n, revision) for n, last in enumerate(revisions) for revision in range(last + 1)]
    log = data.draw(st.permutations(log))
    told = [tag_status(f"{life}-{n}/o", f"b{n}", "s1", "pending", revision, revision) for n, revision in log]
    cuts = sorted({0, len(told), *data.draw(st.lists(st.integers(0, len(told)), max_size=3))})
    blocks = [(a, b) for a, b in pairwise(cuts)]
    slices = st.tuples(st.integers(0, len(told) - 1), st.integers(1, len(told))).map(lambda s: (min(s), max(s)))
    again = data.draw(st.lists(st.one_of(st.sampled_from(blocks), slices.filter(lambda s: s[0] < s[1])), max_size=4))
    into = inserter(warehouse)
    for first, last in data.draw(st.permutations([*blocks, *again])):
        into.insert(batch("tag-statuses", told[first:last], begin + first))
        if data.draw(st.booleans()):
            _merge(warehouse, "tag_statuses", "tag_status_revisions")
    of_life = f"FROM {{db}}.tag_statuses_{{which}} WHERE startsWith(tag_id, '{life}-') ORDER BY tag_id, revision"
    history = warehouse.rows("SELECT tag_id, revision " + of_life.replace("{which}", "history"))
    assert history == sorted((status.tag_id, status.revision) for status in told)
    newest = warehouse.rows("SELECT tag_id, revision " + of_life.replace("{which}", "current"))
    assert newest == sorted((f"{life}-{n}/o", last) for n, last in enumerate(revisions))
