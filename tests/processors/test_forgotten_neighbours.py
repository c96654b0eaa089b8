"""A buyer is forgotten whom alerts about others name: what is told of these from then on names nobody who is gone.

The laws of the buyer's own state are in `buyers/rows/test_erasure.py`; those of tables in `tests/warehouse`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import msgspec
import pytest
from msgspec.structs import replace

from cloudtag.contract import events as ev
from cloudtag.contract.internal import InternalRecord
from cloudtag.contract.links import LinkPassed, LinkReported
from cloudtag.contract.named import ERASED, linked_to, without_buyers
from cloudtag.contract.parcels import ParcelReported
from cloudtag.contract.records import Alert
from cloudtag.simulate import Profile, simulate
from cloudtag.simulate.profile import DAY_MS
from cloudtag.warehouse.named import mentions
from tests.engine.standing import latest, of_type
from tests.processors.recorded import Recorded

TOLD_TO_BUYERS = (ParcelReported, LinkReported, LinkPassed)
"""What the other processors tell a buyer's."""


class Past(NamedTuple):
    """A history of every kind of fraud, when it ends, and the alerts that stand then and name others."""

    events: list[ev.Event]
    last_ms: int
    alerts: list[Alert]


@cache
def past() -> Past:
    events = list(simulate(Profile(events=600, seed=7, catalogue="demo")).events())
    last_ms = max(event.occurred_at for event in events)
    topology = told(events, last_ms)
    alerts = [alert for alert in latest(of_type(published(topology), Alert)).values() if alert.status != "withdrawn"]
    return Past(events, last_ms, [alert for alert in alerts if alert.linked_buyer_ids])


def told(events: list[ev.Event], last_ms: int) -> Recorded:
    topology = Recorded()
    for start in range(0, len(events), 200):
        topology.feed(events[start : start + 200])
    list(topology.pass_time(last_ms))
    return topology


def published(topology: Recorded) -> list[Any]:
    return [output.record for output in topology.published]


def gone() -> dict[str, ev.ErasureRequested]:
    """Requests to forget: one buyer for each set of detectors whose alerts about others name one."""
    found, last_ms = past(), past().last_ms
    detectors: dict[str, set[str]] = {}
    platforms: dict[str, Any] = {}
    for alert in found.alerts:
        for buyer in alert.linked_buyer_ids:
            detectors.setdefault(buyer, set()).add(alert.detector)
            platforms[buyer] = alert.platform
    chosen = {frozenset(names): buyer for buyer, names in detectors.items()}
    return {
        buyer: ev.ErasureRequested(f"erasure-{n}", last_ms + n, platforms[buyer], buyer)
        for n, buyer in enumerate(sorted(chosen.values()), 1)
    }


def naming(records: list[Any], buyer: str) -> Iterator[Any]:
    for record in records:
        if getattr(record, "buyer_id", "") != buyer and not isinstance(record, InternalRecord):
            yield from [record] * mentions(msgspec.json.encode(record), buyer.__eq__)


@pytest.fixture(scope="module")
def afterwards() -> list[Any]:
    """Everything that is told from the requests on."""
    topology = told(past().events, past().last_ms)
    topology.published.clear()
    for request in gone().values():
        topology.feed([request])
    list(topology.pass_time(past().last_ms + 10 * DAY_MS))
    return published(topology)


def test_there_is_something_to_forget() -> None:
    standing = list(past().alerts)
    assert len(gone()) >= 8
    assert all(any(naming(standing, buyer)) for buyer in gone())


def test_nothing_that_is_told_afterwards_names_who_is_forgotten(afterwards: list[Any]) -> None:
    alerts = [record for record in afterwards if isinstance(record, Alert)]
    assert {"open", "withdrawn"} <= {alert.status for alert in alerts}
    for buyer in gone():
        assert list(naming(afterwards, buyer)) == []


def test_the_request_is_the_reason_for_all_that_is_taken_back(afterwards: list[Any]) -> None:
    requests = {request.event_id for request in gone().values()}
    taken_back = [r for r in afterwards if isinstance(r, Alert) and r.status == "withdrawn"]
    assert {alert.buyer_id for alert in taken_back} - gone().keys()
    for alert in taken_back:
        assert requests & {by.event_id for by in alert.withdrawn_by}, alert
        assert "to forget the buyer" in (alert.withdrawn_because or "")


def test_whoever_else_refutes_an_alert_in_the_same_batch_names_nobody_either() -> None:
    alert = next(a for a in past().alerts if a.detector == "reused_waybill" and a.refund_ids)
    (buyer,) = alert.linked_buyer_ids
    topology = told(past().events, past().last_ms)
    topology.published.clear()
    topology.feed([ev.ErasureRequested("erasure", past().last_ms + 1, alert.platform, buyer)])
    internal = [r for r in published(topology) if type(r) in TOLD_TO_BUYERS and r.buyer_id == alert.buyer_id]
    refund = next(
        e for e in reversed(past().events) if isinstance(e, ev.RefundChanged) and e.refund_id in alert.refund_ids
    )
    given_up = replace(refund, event_id="given-up", occurred_at=past().last_ms, status="withdrawn")
    other = told(past().events, past().last_ms)
    step = other.tasks["buyers"].advance([given_up, *internal])
    (taken_back,) = [r for r in (o.record for o in step.outputs) if getattr(r, "alert_id", "") == alert.alert_id]
    assert isinstance(taken_back, Alert)
    assert taken_back.status == "withdrawn"
    assert list(naming([taken_back], buyer)) == []


def test_only_whole_ids_leave_and_everybody_else_stays() -> None:
    alert = replace(
        past().alerts[0],
        linked_buyer_ids=("b1", "b12", "b2"),
        explanation="b1, b12 and b2 share w-b1.",
        facts={"link b1": "b12", "b2": "b1"},
    )
    leaving = [named for named in linked_to(alert) if named.buyer_id == "b1"]
    left = without_buyers(alert, leaving)
    assert left.linked_buyer_ids == ("b12", "b2")
    assert left.explanation == f"{ERASED}, b12 and b2 share w-b1."
    assert left.facts == {f"link {ERASED}": "b12", "b2": ERASED}
    assert without_buyers(alert, []) is alert
