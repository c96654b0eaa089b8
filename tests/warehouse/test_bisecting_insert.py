"""Poison rows are found and set apart; a batch full of them stops the partition."""

import pytest

from cloudtag.warehouse.bisecting_insert import bisecting_insert
from cloudtag.warehouse.errors import OutageError
from tests.warehouse.batches import batch, inserter
from tests.warehouse.places import Warehouse
from tests.warehouse.samples import alert

YEAR_9999_MS = 253_370_764_800_000
BAD = {
    3: alert(3, decided_at=YEAR_9999_MS),
    50: alert(50, revision=-1),
    51: alert(51, alert_id=""),
    99: alert(99, first_event_at="yesterday"),
}


def test_the_good_rows_are_stored_and_the_bad_ones_named(warehouse: Warehouse) -> None:
    into = inserter(warehouse)
    rows = batch("alerts", [BAD.get(number) or alert(number) for number in range(100)])
    for _ in range(2):
        rejected = bisecting_insert(rows, into.insert)
        assert sorted(one.row.offset for one in rejected) == sorted(BAD)
    assert warehouse.rows("SELECT count(), uniqExact(alert_id) FROM {db}.alerts") == [(96, 96)]
    assert warehouse.one("SELECT sum(alerts) FROM {db}.daily_scenarios") == 96


def test_too_much_poison_stops(warehouse: Warehouse) -> None:
    rows = batch("alerts", [alert(number, revision=-1 if number % 10 == 0 else 0) for number in range(200)])
    with pytest.raises(OutageError, match="more than 10 of 200"):
        bisecting_insert(rows, inserter(warehouse).insert)


def test_a_small_batch_may_be_all_poison(warehouse: Warehouse) -> None:
    rejected = bisecting_insert(
        batch("alerts", [alert(number, revision=-1) for number in range(3)]), inserter(warehouse).insert
    )
    assert len(rejected) == 3
