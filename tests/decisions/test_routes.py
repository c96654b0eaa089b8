"""Where a finding is taken, by whose words about which order: near misses beside `tests/policy/test_routes.py`."""

from typing import Any

import pytest
from msgspec.structs import replace

from cloudtag.contract.records import Family, Reference, ShopOrder
from cloudtag.decisions.routes import orders_meant, route, route_of, settled
from cloudtag.detection.buyer_case import BuyerCase
from cloudtag.detection.example import complained, day, event, ordered, refunded, reviewed
from cloudtag.detection.finding import Finding
from cloudtag.detection.order_view import OrderView
from cloudtag.policy.load import shipped
from cloudtag.wire.replay_form import decode_json
from tests.decisions.alerts import an_alert
from tests.detectors.judged import Raw, events_of

T0 = 1_772_409_600_000
TAOBAO = shipped().at("taobao", T0)
PROOF = [{"kind": "picture", "sha256": "a" * 64}]
SHOPS = {"complainant": "shop", "type": "malicious_refund"}


def view(*events: Raw, order_id: str = "o1") -> OrderView:
    return OrderView(order_id, [decode_json(event)[1] for event in events])


def bought(refund_id: str = "r1", **fields: Any) -> Raw:
    """Order o1, or that of another refund."""
    return ordered("completed", 0, refund_id=refund_id, **fields)


def found(*cited: tuple[str, str], order_ids: tuple[str, ...] = ("o1",), shop_id: str | None = "s1") -> Finding:
    return Finding(
        anchor="", severity="high", platform="taobao", shop_id=shop_id, order_ids=order_ids, decided_at=T0,
        evidence=tuple(Reference(stream, event_id, T0) for stream, event_id in cited), facts={}, explanation="",
        explanation_zh="",
    )  # fmt: skip


def case_of(*orders: OrderView, others: tuple[Raw, ...] = ()) -> BuyerCase:
    return BuyerCase("b1", list(orders), events_of(others), [], lambda _: None, now_ms=T0)


def taken(finding: Finding, *orders: OrderView, others: tuple[Raw, ...] = ()) -> str | None:
    """Where a finding about refunds is taken, on Taobao."""
    return route_of("refund", "short_return", finding, TAOBAO, case_of(*orders, others=others))


REFUSED = refunded("refused", day(7), type="return_refund", evidence=PROOF)
OTHERS_PROOF = refunded("refused", day(7), refund_id="r2", type="return_refund", evidence=PROOF)


@pytest.mark.parametrize(
    ("events", "place"),
    [
        ([REFUSED, refunded("refused", day(9), type="return_refund")], "complaint_centre"),
        ([complained("opened", 8, **SHOPS), complained("reopened", 9, **SHOPS, evidence=PROOF)], "complaint_centre"),
        ([complained("opened", 8, **SHOPS, evidence=PROOF), reviewed(day(9), 1)], "complaint_centre"),
        ([complained("opened", 8, complainant="buyer", type="invoice", chat_evidence_no="n1")], "cloud_tag"),
        ([reviewed(day(9), 1)], "cloud_tag"),
    ],
    ids=["at one refusal of two", "with the objection", "beside a review", "the buyer's chat", "a review alone"],
)
def test_what_the_shop_handed_in_once_is_proof(events: list[Raw], place: str) -> None:
    assert taken(found(), view(bought(), *events)) == place


def test_proof_about_one_of_the_orders_named_is_enough_and_about_another_is_none() -> None:
    plain, proven = view(bought()), view(bought("r2"), OTHERS_PROOF, order_id="o2")
    assert taken(found(order_ids=("o1", "o2")), plain, proven) == "complaint_centre"
    assert taken(found(order_ids=("o1",)), plain, proven) == "cloud_tag"


def test_one_rejected_report_of_several_leaves_the_tag() -> None:
    """J1: the order was refused there already; what was refused of another order says nothing of this one."""
    put = complained("opened", 8, **SHOPS, evidence=PROOF)
    refused = complained("rejected", 9, **SHOPS, complaint_id="c2")
    assert taken(found(), view(bought(), put, refused)) == "cloud_tag"
    other = view(bought("r2"), {**refused, "order_id": "o2"}, order_id="o2")
    assert taken(found(), view(bought(), put), other) == "complaint_centre"


CITED = complained("opened", 8, **SHOPS, order_id=None, event_id="x1")
LATER = complained("reopened", 9, **SHOPS, order_id=None, evidence=PROOF, event_id="x2")
LIMIT = event("order-limits", day(9), shop_id="s1", buyer_id="b1", account_id="main", status="set")


@pytest.mark.parametrize(
    ("cited", "others", "place"),
    [
        (("complaints", "x1"), (CITED, LATER), "complaint_centre"),
        (("complaints", "x1"), (CITED, LATER, LIMIT), "complaint_centre"),
        (("complaints", "x1"), (CITED, {**LATER, "complaint_id": "c2"}), "cloud_tag"),
        (("orders", "x1"), (CITED, LATER), "cloud_tag"),
        (("complaints", "x9"), (CITED, LATER), "cloud_tag"),
    ],
    ids=["what the alert rests on", "beside a limit", "another complaint", "an order's event", "nothing of it"],
)
def test_a_complaint_about_no_order_proves_what_rests_on_it(
    cited: tuple[str, str], others: tuple[Raw, ...], place: str
) -> None:
    assert taken(found(cited), view(bought()), others=others) == place


OWN = view(bought(), bought(event_id="own-2"))
NAMESAKE = view(bought(shop_id="s2", event_id="theirs"))
SECOND = view(bought("r2"), order_id="o2")


@pytest.mark.parametrize(
    ("finding", "meant"),
    [
        (found(), ["s1/o1", "s1/o2"]),
        (found(shop_id="s2"), ["s2/o1", "s1/o2"]),
        (found(("orders", "own-2"), shop_id=None), ["s1/o1", "s1/o2"]),
        (found(("orders", "theirs"), shop_id=None), ["s2/o1", "s1/o2"]),
        (found(("refunds", "theirs"), shop_id=None), ["s1/o1", "s2/o1", "s1/o2"]),
        (found(shop_id="s9"), ["s1/o1", "s2/o1", "s1/o2"]),
    ],
    ids=["its shop's", "the other's", "what it rests on", "or on that", "no event of either", "neither's"],
)
def test_of_two_orders_with_one_number_the_finding_means_one(finding: Finding, meant: list[str]) -> None:
    orders = orders_meant(case_of(OWN, NAMESAKE, SECOND), finding)
    assert [f"{order.shop_id}/{order.order_id}" for order in orders] == meant


UNKNOWN = "a_plugins_scenario"


@pytest.mark.parametrize(
    ("platform", "family", "scenario", "places"),
    [
        ("aliexpress", "review", UNKNOWN, (None, None, None, None)),
        ("taobao", "review", UNKNOWN, ("review_management",) * 4),
        ("aliexpress", "refund", UNKNOWN, (None, None, None, None)),
        ("taobao", "refund", UNKNOWN, ("complaint_centre", "complaint_centre", None, None)),
        ("taobao", "refund", "short_return", ("cloud_tag", "complaint_centre", "cloud_tag", "cloud_tag")),
        ("taobao", "buyer", "account_ring", (None, "complaint_centre", None, None)),
    ],
)
def test_what_cannot_be_tagged_goes_where_another_place_is_left(
    platform: str, family: Family, scenario: str, places: tuple[str | None, ...]
) -> None:
    """Without vouchers, with, refused with, refused without."""
    policy = shipped().at(platform, T0)
    cases = ((False, False), (True, False), (True, True), (False, True))
    assert tuple(route(policy, family, scenario, has_vouchers=v, was_refused=r) for v, r in cases) == places


def test_only_what_goes_to_another_place_than_the_tag_is_settled() -> None:
    own = frozenset((ShopOrder("s1", "o1"),))
    alert = replace(an_alert(), orders=tuple(own), route="complaint_centre")
    assert settled(alert, TAOBAO, lambda: own).route == "cloud_tag"
    one_place = replace(TAOBAO, routes=replace(TAOBAO.routes, complaint_centre="cloud_tag"))
    for beside, policy in (
        (replace(alert, route="cloud_tag"), TAOBAO),
        (replace(alert, route="review_management"), TAOBAO),
        (replace(alert, route="cloud_tag"), one_place),
        (replace(alert, orders=(ShopOrder("s1", "o1"), ShopOrder("s1", "o2"))), TAOBAO),
    ):
        assert settled(beside, policy, lambda: own) == beside
