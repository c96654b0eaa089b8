"""What leaves retention is let go in an order that takes nothing back: tags outlive no order they rest on."""

from collections.abc import Collection
from typing import Any

import pytest
from msgspec import Struct

from cloudtag.contract import events as ev
from cloudtag.engine.task_row import TASK_KEY
from cloudtag.policy.load import shipped
from cloudtag.replay.topology import Topology, memory_rows
from tests.decisions.consequences.scene import (
    DAY,
    T0,
    Told,
    agreed,
    answered,
    complained,
    contacts,
    denied,
    exams,
    insured,
    known,
    ordered,
    tag,
)

LATER = 100 * DAY
"""When the tag comes, long after the order, whose row is old long before the tag's."""


def still(events: Collection[ev.Event], years: int = 2) -> tuple[list[Struct], Topology]:
    """Everything a buyer's going on for years tells, after the events have been told of."""
    topology = Topology(shipped(), rows=memory_rows())
    for event in sorted(events, key=lambda event: event.occurred_at):
        topology.feed([event])
    newest = max(event.occurred_at for event in events)
    told: list[Struct] = []
    for month in range(1, years * 12):
        at = newest + month * 30 * DAY
        told += [output.record for output in topology.pass_time(at)]
        told += [output.record for output in topology.feed([ordered("completed", at, f"life-{month}")])]
    return told, topology


def lost(events: Any) -> Any:
    """What is told besides that something is over."""
    return [record for record in still(events)[0] if getattr(record, "status", "") != "ended"]


EVIDENT = [*exams(), *denied(T0, amended=2), tag("s1", "o1", T0 + LATER, "received_refund_only")]
CONTACTED = [
    *exams(platform="taobao"),
    ordered("completed", T0 - DAY, platform="taobao"),
    *contacts("o1", T0),
    *agreed(T0 + LATER, scenario="worn_return", platform="taobao")[1:],
    tag("s1", "o1", T0 + LATER + 9, "short_return", platform="taobao"),
]
REFUSED = [
    *exams(),
    insured("claimed", T0),
    complained("opened", T0 + DAY, by="buyer", kind="insurance_refused"),
    complained("upheld", T0 + 2 * DAY, by="buyer", kind="insurance_refused"),
    *agreed(T0 + LATER, scenario="freight_insurance"),
]


@pytest.mark.parametrize(
    "events", [EVIDENT, CONTACTED, REFUSED], ids=["its evidence", "its contacts", "a refusal that was reversed"]
)
def test_a_confirmation_does_not_outlive_what_it_rests_on(events: list[ev.Event]) -> None:
    assert {"confirmed"} == set(Told(events).tags().values())
    assert lost(known(events)) == []


def test_an_excluded_order_stays_excluded_though_the_verdict_is_newer_than_the_order() -> None:
    abuse = denied(T0, platform="aliexpress")
    alert = Told(abuse).alert("received_refund_only")
    events = [*abuse, answered(alert, "abnormal", T0 + LATER)]
    assert Told(events).consequences("metric_exclusion") != []
    assert lost(events) == []


def test_what_nobody_needs_any_more_is_let_go() -> None:
    topology = still([*EVIDENT, *CONTACTED, *REFUSED])[1]
    assert topology.rows is not None
    kept = {key for key, _ in topology.rows["buyers"].all_rows() if key != TASK_KEY}
    assert kept, "the buyer goes on"
    list(topology.pass_time(T0 + 9 * 365 * DAY))
    assert [key for key, _ in topology.rows["buyers"].all_rows() if key != TASK_KEY] == []
