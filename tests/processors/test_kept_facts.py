"""What inputs say and nobody judges yet is kept, changes nothing else, and leaves what is judged unharmed."""

from collections.abc import Iterable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudtag.contract import disputes
from cloudtag.contract import events as ev
from cloudtag.contract.records import Alert, Label
from cloudtag.contract.scope import scoped
from cloudtag.contract.streams import INPUTS
from cloudtag.detection.example import day, event, inspected, ordered, refunded, scanned
from cloudtag.policy.load import shipped
from cloudtag.replay.driver import judge, replay
from cloudtag.replay.topology import Topology
from cloudtag.wire.shape import shape_of
from tests.detectors.judged import Raw, alerts
from tests.engine.standing import standing
from tests.histories.strategies import DISPUTES, HOUR_MS, START_MS, histories, hours

DAY_MS = 24 * HOUR_MS
UNTIL_MS = START_MS + 30 * DAY_MS
APPEAL = disputes.AppealChanged("app-1", START_MS, "jd", "p1", "b1", "q1", "opened")


def statuses(events: Iterable[Raw], detector: str) -> list[str]:
    """The last status of each of the detector's alerts."""
    last = {alert.alert_id: alert for alert in alerts(events, detector, UNTIL_MS)}
    return [alert.status for alert in last.values()]


@given(histories(max_size=25), st.data())
@settings(max_examples=60, deadline=None)
def test_disputes_change_nothing_else(history: list[ev.Event], data: st.DataObject) -> None:
    known = [fact for fact in history if not isinstance(fact, disputes.ChargebackChanged)]
    late = max((fact.occurred_at for fact in known), default=START_MS)
    kinds = data.draw(st.lists(st.sampled_from(DISPUTES[1:]), min_size=1, max_size=4))
    more = [
        data.draw(kind(f"more-{n}", min(late, START_MS + data.draw(hours) * HOUR_MS))) for n, kind in enumerate(kinds)
    ]
    assert standing(r for _, r in judge([*known, *more], UNTIL_MS, shipped())) == standing(
        r for _, r in judge(known, UNTIL_MS, shipped())
    )


def test_each_dispute_has_its_place() -> None:
    about = ("o1", "b1", "s1")
    topology = Topology(shipped())
    topology.feed(
        [
            disputes.ChargebackChanged("cha-1", START_MS, "jd", "k1", *about, status="opened"),
            disputes.OrderLimitChanged("lim-1", START_MS, "jd", "s1", "b1", "main", "set"),
            APPEAL,
        ]
    )
    state = topology.tasks["buyers"].cache.resident(scoped("jd", "b1"))
    assert state is not None
    rows = {row.id: list(row.facts) for row in state.rows.values() if row.facts}
    places = state.row_id("order", scoped("s1", "o1")), state.row_id("buyer"), state.row_id("appeals")
    assert rows == dict(zip(places, (["k:cha-1"], ["m:lim-1"], ["p:app-1"]), strict=True))


@pytest.mark.parametrize("stream", INPUTS)
def test_a_fact_stored_before_its_stream_grew_is_read(stream: str) -> None:
    """Rows are stored as arrays: what came at the end since is not there."""
    struct = INPUTS[stream].struct
    told = {"event_id": "e", "occurred_at": START_MS, "platform": "jd", "rating": 5}
    required = [f.name for f in msgspec.structs.fields(struct) if f.required]
    fact = struct(**{name: told.get(name, "x") for name in required})
    stored = msgspec.msgpack.decode(msgspec.msgpack.encode(fact))
    last = max(struct.__struct_fields__.index(name) for name in required)
    for size in range(last + 2, len(stored) + 1):
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(stored[:size]), type=struct) == fact
    assert shape_of(struct).is_array


LABEL, ACCEPTED = (scanned("RET1", kind, day(5, 1)) for kind in ("label_created", "accepted"))
FILLED = (
    ordered("placed", 0),
    ordered("shipped", day(1), waybill_no="OUT1"),
    refunded("opened", day(4), type="return_refund", reason="no_reason"),
    refunded("waybill_filled", day(5), type="return_refund", waybill_no="RET1"),
)


@pytest.mark.parametrize(("scans", "status"), [((), ["open"]), ((LABEL,), ["open"]), ((LABEL, ACCEPTED), [])])
def test_a_printed_label_is_no_circulation(scans: tuple[Raw, ...], status: list[str]) -> None:
    assert statuses([*FILLED, *scans], "no_circulation") == status


@pytest.mark.parametrize("kind", ["collected", "exception"])
def test_other_scans_show_that_it_travels(kind: str) -> None:
    assert statuses([*FILLED, scanned("RET1", kind, day(5, 1))], "no_circulation") == []


TRAVELLED = (*FILLED, ACCEPTED, scanned("RET1", "signed", day(7)))


@pytest.mark.parametrize(("arrived", "found"), [(True, ("open", "critical")), (False, ("open", "medium"))])
def test_a_return_of_which_nothing_came_was_not_looked_at(arrived: bool, found: tuple[str, str]) -> None:
    events = [*TRAVELLED, inspected(day(8), {}, waybill_no="RET1", arrived=arrived)]
    assert [(a.status, a.severity) for a in alerts(events, "short_return", UNTIL_MS)][-1:] == [found]


def test_an_inspection_is_corrected_to_nothing_came() -> None:
    looked = [inspected(day(8), {}, waybill_no="RET1"), inspected(day(9), {}, waybill_no="RET1", arrived=False)]
    found = alerts([*TRAVELLED, *looked], "short_return", UNTIL_MS)
    assert [(a.status, a.severity) for a in found][-1:] == [("open", "medium")]


UNPAID = [ordered("placed", day(0, 0, n), refund_id=f"r{n}") for n in range(1, 7)]


@pytest.mark.parametrize(("status", "found"), [("placed", ["open"]), ("partly_shipped", [])])
def test_goods_that_are_partly_shipped_are_paid_for(status: str, found: list[str]) -> None:
    steps = [ordered(status, day(0, 0, 10 + n), refund_id=f"r{n}") for n in range(1, 7)]
    assert statuses([*UNPAID, *steps], "mass_unpaid") == found


def _answer(**said: Any) -> tuple[str, list[tuple[str, str]]]:
    (alert_id,) = {alert.alert_id for alert in alerts(FILLED, "no_circulation", UNTIL_MS)}
    answer = event("verdicts", day(9), alert_id=alert_id, buyer_id="b1", **said)
    told = list(replay(map(msgspec.json.encode, [*FILLED, answer]), until_ms=UNTIL_MS))
    status = [r.status for _, r in told if isinstance(r, Alert) and r.alert_id == alert_id][-1]
    return status, [(r.answered_by_shop_id, r.account_id) for _, r in told if isinstance(r, Label)]


def test_a_shop_answers_without_an_account() -> None:
    assert _answer(shop_id="s1", account_id="main", verdict="normal") == ("resolved", [("s1", "main")])
    assert _answer(shop_id="s1", verdict="normal") == ("resolved", [("s1", "")])


def test_the_platforms_word_counts_as_a_shops_does() -> None:
    assert _answer(verdict="normal") == ("resolved", [("", "")])
    assert _answer(verdict="ignore") == ("resolved", [])


def test_what_takes_a_verdict_back_says_nothing_itself() -> None:
    assert _answer(shop_id="s1", withdraws="other") == ("open", [])
    assert _answer(shop_id="s1", withdraws="other", verdict="normal") == ("open", [])
