"""What joins buyers with buyers and shops is taken back by what refutes it, and comes back with its correction."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

import pytest

from cloudtag.contract.ids import alert_id as make_alert_id
from cloudtag.contract.records import Alert
from cloudtag.contract.scope import scoped
from cloudtag.detection.example import complained, day, event, inspected, ordered, refunded, reviewed, scanned
from cloudtag.detectors.registry import all_detectors
from cloudtag.policy.load import shipped
from cloudtag.replay.topology import Topology
from cloudtag.testing import Withdrawal, check_withdrawal
from tests.detectors.judged import Raw, alerts, events_of, time_of
from tests.detectors.linked_accounts import asks, paid, rates
from tests.engine.standing import records_of

DETECTORS = (
    "account_ring",
    "competitor_order",
    "competitor_review",
    "cross_account_switch",
    "insurance_farming",
    "mass_unpaid",
    "mirror_wrong_item",
    "reused_evidence",
    "review_bombing",
    "ring_frequency",
    "wrong_return_destination",
)


TOLD_LATE = {"mass_unpaid", "insurance_farming", "review_bombing"}
"""These are refuted only by what comes late: they have tests of their own."""


def shop(at: int, shop_id: str = "s1", **said: Any) -> Raw:
    return event("shops", day(at), shop_id=shop_id, **said)


def sized(n: int, size: str, came: str) -> tuple[Raw, ...]:
    who = {"refund_id": f"r{n}", "buyer_id": f"b{n}"}
    lines = [{"sku_id": size, "quantity": 1, "unit_price_minor": 12900}]
    return (
        ordered("paid", day(0, n), lines=lines, address_area="a1", **who),
        refunded(
            "opened",
            day(5, n),
            type="return_refund",
            reason="wrong_item",
            lines=[{"sku_id": came, "quantity": 1}],
            **who,
        ),
    )


def denies(n: int, at: int) -> tuple[Raw, ...]:
    who = {"refund_id": f"r{n}", "buyer_id": f"b{n}"}
    return (
        ordered("shipped", day(at), waybill_no=f"OUT{n}", device_hash="d1", **who),
        scanned(f"OUT{n}", "signed", day(at + 2), signer="recipient"),
        refunded("opened", day(at + 3), type="refund_only", reason="not_received", **who),
    )


def verdict(
    at: int,
    kind: str,
    detector: str = "received_refund_only",
    buyer_id: str = "b2",
    subject: str = "o2",
    anchor: str = "r2",
) -> Raw:
    alert_id = make_alert_id(
        detector, "taobao", buyer_id, scoped("s1", subject) if subject.startswith("o") else subject, anchor
    )
    said = {"alert_id": alert_id, "buyer_id": buyer_id, "shop_id": "s1", "account_id": "main", "verdict": kind}
    return event("verdicts", day(at), **said)


def shown(n: int, at: int) -> tuple[Raw, ...]:
    return (
        ordered("placed", day(at), refund_id=f"r{n}"),
        ordered("shipped", day(at + 1), refund_id=f"r{n}", waybill_no=f"OUT{n}"),
        refunded(
            "opened", day(at + 3), refund_id=f"r{n}", type="refund_only", reason="damaged",
            evidence=[{"kind": "picture", "sha256": "cup"}],
        ),
    )  # fmt: skip


def renumbered(at: int, number: str) -> Raw:
    return ordered("shipped", day(at), refund_id="r2", waybill_no=number)


SENT = (
    shop(-90, return_address_hashes=["w1"]),
    ordered("placed", day(0)),
    refunded("opened", day(5), type="return_refund", reason="no_reason"),
    refunded("waybill_filled", day(6), type="return_refund", waybill_no="RET1"),
    scanned("RET1", "accepted", day(6, 4), destination_hash="friend"),
)
RIVALS = (
    shop(-90, category="tea"),
    shop(-90, "s2", category="tea", device_hashes=["d2"]),
    ordered("paid", day(0), device_hash="d2"),
)
CANCELLED = (*RIVALS, *(ordered("cancelled", day(n), refund_id=f"r{n}", device_hash="d2") for n in (1, 2, 3)))
TOY = [{"sku_id": "toy-watch", "quantity": 1, "unit_price_minor": 1900}]
WATCH = [{"sku_id": "watch", "quantity": 1, "unit_price_minor": 899900}]
SWITCHED = (
    ordered("paid", day(0), refund_id="r2", buyer_id="b2", lines=TOY, device_hash="d1"),
    ordered("placed", day(1), lines=WATCH, device_hash="d1"),
    refunded("opened", day(5), type="return_refund", reason="wrong_item"),
    inspected(day(8), {"toy-watch": 1}),
)
LOCKED = tuple(ordered("placed", day(0, 0, 10 * n), refund_id=f"r{n}") for n in range(1, 6))
BUYER_OF_TOY = {"refund_id": "r2", "buyer_id": "b2"}
RIVAL_GONE = shop(9, "s2", category="tea", device_hashes=[])
RIVAL_BACK = shop(10, "s2", category="tea", device_hashes=["d2"])

CHAIN = (
    *denies(1, 0),
    ordered("paid", day(1), refund_id="r2", buyer_id="b2", device_hash="d1", phone_hash="p3"),
    *(told | {"device_hash": None, "phone_hash": "p3"} if "device_hash" in told else told for told in denies(3, 5)),
)

CASES: dict[str, tuple[tuple[Raw, ...], Raw, Raw | tuple[()]]] = {
    "wrong_return_destination: the goods are there, then they are not": (
        SENT,
        inspected(day(9), {"dress": 2}),
        inspected(day(10), {}),
    ),
    "wrong_return_destination: the shop lists the address, by mistake": (
        SENT,
        shop(9, return_address_hashes=["w1", "friend"]),
        shop(10, return_address_hashes=["w1"]),
    ),
    "wrong_return_destination: the courier corrects the destination, wrongly": (
        SENT,
        scanned("RET1", "arrived", day(7), destination_hash="w1"),
        scanned("RET1", "arrived", day(8), destination_hash="friend"),
    ),
    "wrong_return_destination: another number, then the first again": (
        SENT,
        refunded("modified", day(9), type="return_refund", waybill_no="RET2"),
        refunded("modified", day(10), type="return_refund", waybill_no="RET1"),
    ),
    "competitor_review: stars corrected, and back": (
        (*RIVALS, reviewed(day(5), 1)),
        reviewed(day(9), 5),
        reviewed(day(10), 1),
    ),
    "competitor_review: the device is no longer the shop's, then is": (
        (*RIVALS, reviewed(day(5), 1)),
        RIVAL_GONE,
        RIVAL_BACK,
    ),
    "competitor_review: the shop leaves the trade, and returns": (
        (*RIVALS, reviewed(day(5), 1)),
        shop(9, category="shoes"),
        shop(10, category="tea"),
    ),
    "competitor_order: the device is no longer the shop's, then is": (CANCELLED, RIVAL_GONE, RIVAL_BACK),
    "competitor_order: taken up again, and cancelled": (
        CANCELLED,
        ordered("completed", day(9), refund_id="r3"),
        ordered("cancelled", day(10), refund_id="r3"),
    ),
    "cross_account_switch: booked under the wrong sku, then not": (
        SWITCHED,
        inspected(day(9), {"watch": 1}),
        inspected(day(10), {"toy-watch": 1}),
    ),
    "cross_account_switch: the refund withdrawn, then opened again": (
        SWITCHED,
        refunded("withdrawn", day(9), type="return_refund"),
        refunded("opened", day(10), type="return_refund"),
    ),
    "cross_account_switch: the second order cancelled, then taken up again": (
        SWITCHED,
        ordered("cancelled", day(9), **BUYER_OF_TOY),
        ordered("paid", day(10), lines=TOY, **BUYER_OF_TOY),
    ),
    "mirror_wrong_item: one refund withdrawn, then opened again": (
        (*sized(1, "L", "XL"), *sized(2, "XL", "L")),
        refunded("withdrawn", day(9), type="return_refund"),
        refunded("opened", day(10), type="return_refund"),
    ),
    "mirror_wrong_item: it was another item that came, then not": (
        (*sized(1, "L", "XL"), *sized(2, "XL", "L")),
        inspected(day(9), {"M": 1}),
        inspected(day(10), {"XL": 1}),
    ),
    "reused_evidence: both orders came in one parcel": ((*shown(1, 0), *shown(2, 5)), renumbered(9, "OUT1"), ()),
    "ring_frequency: another's refund is withdrawn, then opened again": (
        tuple(told for n in range(1, 5) for told in asks(n, 1 + n % 3)),
        refunded("withdrawn", day(20), type="refund_only", refund_id="r2", buyer_id="b3"),
        refunded("opened", day(21), type="refund_only", refund_id="r2", buyer_id="b3"),
    ),
    "account_ring: the other end of a chain is called normal, then not": (
        CHAIN,
        verdict(9, "normal", buyer_id="b3", subject="o3", anchor="r3"),
        verdict(10, "abnormal", buyer_id="b3", subject="o3", anchor="r3"),
    ),
    "account_ring: a verdict, then the opposite": (
        (*denies(1, 0), *denies(2, 5), ordered("paid", day(1), refund_id="r3", buyer_id="b3", device_hash="d1")),
        verdict(9, "normal"),
        verdict(10, "abnormal"),
    ),
}


def statuses(events: Iterable[Raw], detector: str) -> list[str]:
    """Those of alerts about the first buyer."""
    return [status for status, _ in groupby(a.status for a in alerts(events, detector) if a.buyer_id == "b1")]


@pytest.mark.parametrize("name", CASES)
def test_refuted_and_restored(name: str) -> None:
    events, by, restored_by = CASES[name]
    found = Withdrawal(
        name=name, events=tuple(events), by=(by,), restored_by=(restored_by,) if isinstance(restored_by, dict) else ()
    )
    check_withdrawal(all_detectors()[name.partition(":")[0]], found)


def test_payment_withdraws_what_was_locked_up_and_a_sixth_unpaid_order_brings_it_back() -> None:
    """A payment is never undone; more unpaid orders within the hour are."""
    paid = ordered("paid", day(0, 2), refund_id="r5")
    late = ordered("placed", day(0, 0, 55), refund_id="r6")
    topology = Topology(shipped(), 0)
    outputs = [*topology.feed(events_of(LOCKED)), *topology.pass_time(time_of(day(0, 3)))]
    outputs += [output for event in events_of((paid, late)) for output in topology.feed([event])]
    told = [alert.status for alert in records_of(outputs, Alert) if alert.detector == "mass_unpaid"]
    assert told == ["open", "withdrawn", "open"]


def test_a_ring_ends_when_the_device_turns_out_a_hub() -> None:
    ring = (*denies(1, 0), *denies(2, 5), ordered("paid", day(1), refund_id="r3", buyer_id="b3", device_hash="d1"))
    office = [
        ordered("paid", day(9, 0, n), refund_id=f"r{n}", buyer_id=f"b{n}", device_hash="d1") for n in range(4, 22)
    ]
    assert statuses([*ring, *office[:-1]], "account_ring")[-1] == "open"
    assert statuses([*ring, *office], "account_ring")[-1] == "withdrawn"


def told_late(detector: str, events: Iterable[Raw], late: Iterable[Raw]) -> list[str]:
    """What is said about the first buyer, in order of arrival: by event time nothing of it is later."""
    topology = Topology(shipped(), 30 * 86_400_000)
    outputs = [*topology.feed(events_of(events))]
    outputs += [output for event in events_of(late) for output in topology.feed([event])]
    found = [a for a in records_of(outputs, Alert) if a.detector == detector and a.buyer_id == "b1"]
    return [status for status, _ in groupby(alert.status for alert in found)]


def test_kept_orders_of_another_account_withdraw_what_was_farmed_until_the_insurance_paid_for_enough() -> None:
    farmed = [told for n in range(1, 10) for told in paid(n, 1 + n % 2)]
    kept = [paid(n, 2)[0] for n in range(10, 13)]
    assert told_late("insurance_farming", farmed, kept) == ["open", "withdrawn"]
    assert told_late("insurance_farming", farmed, [*kept, *paid(10, 2)]) == ["open", "withdrawn", "open"]


def test_a_burst_ends_when_another_puts_a_review_right_and_a_sixth_brings_it_back() -> None:
    burst = [told for n in range(1, 6) for told in rates(n, 1 + n % 3)]
    right = reviewed(day(9), 4, review_id="v4", refund_id="r4", buyer_id="b2")
    assert told_late("review_bombing", burst, [right, *rates(8, 3)]) == ["open", "withdrawn", "open"]


def test_time_takes_nothing_back() -> None:
    for name, (events, _, _) in CASES.items():
        topology = Topology(shipped())
        topology.feed(events_of(events))
        later = [o.record for o in topology.pass_time(time_of(day(900)))]
        assert not [r for r in later if getattr(r, "status", "") == "withdrawn"], name


def test_every_detector_here_is_refutable() -> None:
    assert {name.partition(":")[0] for name in CASES} | TOLD_LATE == set(DETECTORS)


def test_a_complaint_without_an_order_shows_pictures_too() -> None:
    owner = complained("opened", day(1), order_id=None, evidence=[{"kind": "picture", "sha256": "cup"}])
    thief = complained(
        "opened", day(9), complaint_id="c2", buyer_id="b2", order_id=None,
        evidence=[{"kind": "picture", "sha256": "cup"}],
    )  # fmt: skip
    assert {alert.buyer_id for alert in alerts((owner, thief), "reused_evidence")} == {"b2"}
