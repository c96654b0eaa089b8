"""What refutes a habit takes its alert back; the correction of that brings it again. Forgetting does neither."""

from collections.abc import Iterable

import pytest

from cloudtag.contract.ids import alert_id as make_alert_id
from cloudtag.contract.records import Alert
from cloudtag.contract.scope import scoped
from cloudtag.detection.example import complained, day, event, inspected, ordered, refunded, reviewed
from cloudtag.detectors.registry import all_detectors
from cloudtag.policy.load import shipped
from cloudtag.replay.topology import Topology
from cloudtag.testing import Withdrawal, check_withdrawal, standing
from tests.detectors.judged import Raw, event_of, events_of, time_of
from tests.engine.standing import of_type, records_of

DETECTORS = (
    "worn_return",
    "refund_frequency",
    "invalid_address",
    "no_intent_to_buy",
    "advertising_review",
    "affiliate_abuse",
    "order_harassment",
    "complaint_abuse",
    "professional_complainer",
    "buyer_risk",
)


def firing(name: str, example: str) -> tuple[Raw, ...]:
    return next(e for e in all_detectors()[name].examples if e.name == example).events


WORN = firing("worn_return", "two dresses come back worn")
OFTEN = firing("refund_frequency", "five of five")
NOWHERE = firing("invalid_address", "three orders to nowhere")
GIVEN_UP = firing("no_intent_to_buy", "five of five cancelled")
ADVERTS = firing("advertising_review", "adverts on two orders")
COMMISSION = firing("affiliate_abuse", "two sent back, one never paid")
NOTES = firing("order_harassment", "two notes, no payment")
LOST = firing("complaint_abuse", "three lost over two shops")
DEMANDING = firing("professional_complainer", "three shops, one demand")
RISKY = firing("buyer_risk", "a second one of another kind")


def verdict(kind: str, at: int) -> Raw:
    alert_id = make_alert_id("received_refund_only", "taobao", "b1", scoped("s1", "o1"), "r1")
    who = {"alert_id": alert_id, "buyer_id": "b1", "shop_id": "s1", "account_id": "main"}
    return event("verdicts", day(at), **who, verdict=kind)


CASES: dict[str, tuple[tuple[Raw, ...], Raw, Raw]] = {
    "worn_return: found unused on a second look, then used after all": (
        WORN,
        inspected(day(50), {"dress": 2}, refund_id="r2"),
        inspected(day(51), {"dress": 2}, refund_id="r2", condition=["washed"]),
    ),
    "refund_frequency: withdrawn, then asked for again": (
        OFTEN,
        refunded("withdrawn", day(60), refund_id="r3"),
        refunded("modified", day(61), refund_id="r3"),
    ),
    "refund_frequency: refused, then agreed after all": (
        OFTEN,
        refunded("refused", day(60), refund_id="r3"),
        refunded("agreed", day(61), refund_id="r3"),
    ),
    "invalid_address: put right, then wrong again": (
        NOWHERE,
        ordered("paid", day(30), refund_id="r2", address_valid=True),
        ordered("paid", day(31), refund_id="r2", address_valid=False),
    ),
    "no_intent_to_buy: taken up again, then cancelled again": (
        GIVEN_UP,
        ordered("placed", day(25, 7), refund_id="r5"),
        ordered("cancelled", day(25, 8), refund_id="r5"),
    ),
    "no_intent_to_buy: nothing in stock, then a complaint without ground": (
        GIVEN_UP,
        complained("opened", day(26), type="out_of_stock"),
        complained("rejected", day(27), type="out_of_stock"),
    ),
    "advertising_review: edited away, then back": (
        ADVERTS,
        reviewed(day(20), 1, refund_id="r2", review_id="v2"),
        reviewed(day(21), 1, refund_id="r2", review_id="v2", advertises=True),
    ),
    "affiliate_abuse: a refund withdrawn, then asked for again": (
        COMMISSION,
        refunded("withdrawn", day(30), refund_id="r2"),
        refunded("opened", day(31), refund_id="r2"),
    ),
    "complaint_abuse: right on appeal, then not": (
        LOST,
        complained("upheld", day(30), refund_id="r3", complaint_id="c3", shop_id="s2"),
        complained("rejected", day(31), refund_id="r3", complaint_id="c3", shop_id="s2"),
    ),
    "professional_complainer: right, then not": (
        DEMANDING,
        complained("upheld", day(70), refund_id="r3", complaint_id="c3", type="advertising_law", shop_id="s3"),
        complained("rejected", day(71), refund_id="r3", complaint_id="c3", type="advertising_law", shop_id="s3"),
    ),
    "buyer_risk: called normal, then abnormal": (RISKY, verdict("normal", 40), verdict("abnormal", 41)),
    "buyer_risk: called normal, then left unanswered": (RISKY, verdict("normal", 40), verdict("ignore", 41)),
}


@pytest.mark.parametrize("name", CASES)
def test_refuted_and_restored(name: str) -> None:
    events, by, restored_by = CASES[name]
    found = Withdrawal(name=name, events=tuple(events), by=(by,), restored_by=(restored_by,))
    check_withdrawal(all_detectors()[name.partition(":")[0]], found)


def test_every_detector_here_is_refutable() -> None:
    """A payment cannot be taken back: what it refutes stays refuted."""
    assert {name.partition(":")[0] for name in CASES} | {"order_harassment"} == set(DETECTORS)


LATE = {
    "a payment was only slow": ("order_harassment", NOTES, ordered("paid", day(10, 2), refund_id="r2")),
    "a shipment was only slow": ("no_intent_to_buy", GIVEN_UP, ordered("shipped", day(10, 2), refund_id="r2")),
    "an order was only slow": (
        "affiliate_abuse",
        COMMISSION,
        ordered("paid", day(1), refund_id="r9", affiliate_id="a1"),
    ),
}


@pytest.mark.parametrize("name", LATE)
def test_an_earlier_event_that_comes_late_withdraws(name: str) -> None:
    detector, events, late = LATE[name]
    topology = Topology(shipped())
    assert told(topology, events, detector)[-1].status == "open"
    assert [alert.status for alert in told(topology, [late], detector)] == ["withdrawn"]


def test_a_buyer_is_a_watch_again_after_a_verdict_and_more_again_after_another() -> None:
    events = firing("buyer_risk", "a second one of another kind")
    topology = Topology(shipped())
    said = [told(topology, [each], "buyer_risk") for each in (*events, verdict("normal", 50), verdict("abnormal", 51))]
    changes = [(alert.severity, alert.revision) for alerts in said for alert in alerts]
    assert changes == [("medium", 0), ("medium", 1), ("medium", 2)]
    assert [alert.status for alerts in said for alert in alerts] == ["open", "withdrawn", "open"]
    assert len({alert.alert_id for alerts in said for alert in alerts}) == 1


def test_an_alert_about_the_whole_buyer_cites_every_event_of_the_alerts_it_weighs_oldest_first() -> None:
    topology = Topology(shipped())
    events = events_of(firing("buyer_risk", "three kinds, three orders"))
    alerts = {alert.alert_id: alert for event in events for alert in records_of(topology.feed([event]), Alert)}
    (risk,) = (alert for alert in alerts.values() if alert.detector == "buyer_risk")
    weighed = [alert for alert in alerts.values() if alert is not risk and alert.status != "withdrawn"]
    assert set(risk.evidence) == {reference for alert in weighed for reference in alert.evidence}
    assert list(risk.evidence) == sorted(risk.evidence, key=lambda r: r.occurred_at)


def test_evidence_is_bounded() -> None:
    events = [ordered("placed", day(0, 0, n), refund_id=f"r{n}", address_valid=False) for n in range(120)]
    topology = Topology(shipped())
    (found,) = of_type(standing(told(topology, events, "invalid_address")).values(), Alert)
    assert found.facts["orders"] == "120/3"
    assert (len(found.evidence), len(found.order_ids)) == (50, 50)


def test_forgetting_honest_orders_accuses_nobody() -> None:
    """Twenty orders kept, then five given up: a share that does not rise when the twenty leave retention first."""
    kept = [ordered(s, day(n // 5), refund_id=f"r{20 + n}") for n in range(20) for s in ("paid", "shipped")]
    topology = Topology(shipped())
    assert told(topology, [*kept, *GIVEN_UP], "no_intent_to_buy") == []
    for hours in range(239 * 24, 247 * 24, 3):
        said = list(topology.pass_time(time_of(day(0, hours))))
        said += topology.feed([event_of(ordered("placed", day(0, hours), refund_id="r99"))])
        assert [alert for alert in records_of(said, Alert) if alert.detector == "no_intent_to_buy"] == []


@pytest.mark.parametrize("name", DETECTORS)
def test_forgetting_takes_nothing_back(name: str) -> None:
    topology = Topology(shipped())
    events = next(e for e in all_detectors()[name].examples if e.fires).events
    before = standing(told(topology, events, name))
    after: list[Alert] = []
    for days in range(100, 600, 20):
        other = ordered("placed", day(days), refund_id=f"r{days}")
        after += told(topology, [other], name)
    assert [alert.status for alert in after if alert.status == "withdrawn"] == []
    assert before


def told(topology: Topology, events: Iterable[Raw], detector: str) -> list[Alert]:
    outputs = topology.feed(events_of(events))
    return [alert for alert in records_of(outputs, Alert) if alert.detector == detector]
