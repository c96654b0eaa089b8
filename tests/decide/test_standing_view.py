"""A view holds what `replay --final` says stands, however its records come, and decides by nothing else."""

import random
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cloudtag.contract import events as ev
from cloudtag.contract.records import Alert, Consequence, ShopOrder, TagConfirmation, TagStatus
from cloudtag.contract.scope import NETWORKS
from cloudtag.contract.standing import latest
from cloudtag.decide.standing_view import StandingView, buyer_place, order_place
from cloudtag.decisions.decide import DecisionQuestion, DecisionSubject, WhatStands, decide
from cloudtag.policy.load import shipped
from cloudtag.replay.driver import judge
from tests.decisions.alerts import an_alert
from tests.decisions.test_decide import confirmation, follows, tag
from tests.effort import examples
from tests.histories import dealings
from tests.histories.strategies import HOUR_MS, START_MS, histories

UNTIL_MS = START_MS + 30 * 24 * HOUR_MS
KINDS = (dealings.INSURING, dealings.EXCLUDING, dealings.EVIDENCE, dealings.WARNING, dealings.ALL)
SUBJECTS: tuple[DecisionSubject, ...] = ("refund", "return", "order", "claim")
GONE = ("withdrawn", "voided", "reversed", "ended", "expired", "rejected")


def published(history: list[Any]) -> list[Any]:
    return [record for stream, record in judge(list(history), UNTIL_MS, shipped()) if stream != "dead-letters"]


def view_of(records: Iterable[Any]) -> StandingView:
    view = StandingView(NETWORKS)
    for record in records:
        view.apply(record)
    return view


def final_of(records: Iterable[Any]) -> list[Any]:
    """What stands by the one other place that says so."""
    return [record for record in latest(records).values() if getattr(record, "status", "") not in GONE]


def named_by(records: Iterable[Any], network: str, buyer: str, question: DecisionQuestion) -> WhatStands:
    """By hand, without any index: what is about the buyer, the order or a parcel."""

    def is_about(record: Any) -> bool:
        if NETWORKS[record.platform] != network:
            return False
        if isinstance(record, Consequence):
            is_order = (record.subject_kind, record.subject_id) == ("order", question.order_id)
            is_here = is_order and record.shop_id == question.shop_id
            return is_here or (record.subject_kind, record.subject_id) == ("buyer", buyer)
        orders = getattr(record, "orders", ()) or (ShopOrder(record.shop_id or "", record.order_id or ""),)
        is_order = ShopOrder(question.shop_id, question.order_id) in orders
        is_parcel = not question.waybill_nos.isdisjoint(getattr(record, "waybill_nos", ()))
        return record.buyer_id == buyer or is_order or is_parcel

    def only(kind: Any) -> list[Any]:
        return [r for r in records if type(r) is kind and is_about(r)]

    records = [r for r in records if not isinstance(r, TagConfirmation) or r.buyer_id == buyer]
    return WhatStands(
        alerts=only(Alert),
        tags=only(TagStatus),
        confirmations=[r for r in records if type(r) is TagConfirmation and NETWORKS[r.platform] == network],
        consequences=only(Consequence),
    )


def questions(history: Iterable[Any]) -> Iterable[tuple[str, str, DecisionQuestion]]:
    refunds = [event for event in history if isinstance(event, ev.RefundChanged)]
    for event in refunds:
        for about in SUBJECTS:
            question = DecisionQuestion(
                about=about, shop_id=event.shop_id, order_id=event.order_id, refund_id=event.refund_id,
                waybill_nos=frozenset((event.waybill_no,) if event.waybill_no else ()),
            )  # fmt: skip
            yield NETWORKS[event.platform], event.buyer_id, question


def in_order(standing: WhatStands) -> tuple[Any, ...]:
    """Without the order in which they were found."""
    groups = (standing.alerts, standing.tags, standing.confirmations, standing.consequences)
    return tuple(sorted(group, key=repr) for group in groups)


@given(histories(kinds=KINDS), st.randoms(use_true_random=False))
@settings(max_examples=examples(30), deadline=None)
def test_it_holds_what_stands_and_decides_by_that(history: list[Any], chance: random.Random) -> None:
    records = published(history)
    final = final_of(records)
    # A record may come twice, and revisions of one in any order.
    shuffled = [*records, *chance.sample(records, len(records) // 2)]
    chance.shuffle(shuffled)
    for view in (view_of(records), view_of(shuffled)):
        assert sorted(view.records(), key=repr) == sorted(final, key=repr)
        for network, buyer, question in questions(history):
            found, wanted = view.asked_about(network, buyer, question), named_by(final, network, buyer, question)
            assert in_order(found) == in_order(wanted)
            policy = shipped().at(network, UNTIL_MS)
            assert decide(question, found, policy).answer == decide(question, wanted, policy).answer


QUESTION = DecisionQuestion(about="refund", shop_id="s1", order_id="o1", refund_id="r1", waybill_nos=frozenset(("W1",)))


@pytest.mark.parametrize(
    ("record", "is_found"),
    [
        (an_alert(shops=("s1",)), True),
        (replace(an_alert(), buyer_id="b2", orders=(ShopOrder("s1", "o1"),)), True),
        (replace(an_alert(), buyer_id="b2", orders=(ShopOrder("s1", "o2"),)), False),
        (replace(an_alert(), buyer_id="b2", orders=(ShopOrder("s2", "o1"),)), False),
        (replace(an_alert(), buyer_id="b2", orders=(), order_ids=("o1",)), True),
        (replace(an_alert(), buyer_id="b2", order_ids=(), waybill_nos=("W1",)), True),
        (replace(an_alert(), buyer_id="b2", order_ids=(), waybill_nos=("W2",)), False),
        (replace(an_alert(), platform="jd"), False),
        (replace(an_alert(), platform="tmall"), True),
        (replace(confirmation(), platform="taobao"), True),
        (replace(confirmation(), platform="jd"), False),
        (replace(confirmation(), platform="taobao", buyer_id="b2"), False),
        (replace(tag(), platform="taobao", buyer_id="b1"), True),
        (replace(follows("order_hold"), platform="taobao"), True),
        (replace(follows("order_hold", shop="s2"), platform="taobao"), False),
        (replace(follows("order_hold", shop=None), platform="taobao"), True),
        (replace(follows("order_hold", order="o2"), platform="taobao"), False),
    ],
)
def test_what_is_found_of_a_question(record: Any, *, is_found: bool) -> None:
    found = view_of([record]).asked_about("taobao", "b1", QUESTION)
    assert (in_order(found) != in_order(WhatStands())) == is_found


def test_an_alert_of_another_network_is_about_the_parcel_alone() -> None:
    """A namesake's refund and order are not this buyer's."""
    far = replace(an_alert(severity="critical", refund_ids=("r1",)), platform="jd", waybill_nos=("W1",), buyer_id="b9")
    found = view_of([far]).asked_about("taobao", "b1", QUESTION)
    assert [alert.alert_id for alert in found.alerts] == ["a1"]
    assert decide(QUESTION, found, shipped().at("taobao", UNTIL_MS)).answer == "inspect"


def test_a_change_is_told_with_its_places_and_once() -> None:
    view = StandingView(NETWORKS)
    first = an_alert(shops=("s1",))
    places = {buyer_place("taobao", "b1"), order_place("taobao", "s1", "o-s1")}
    assert set(view.apply(first)) == places
    assert view.apply(first) == ()
    moved = replace(first, revision=1, orders=(ShopOrder("s1", "o9"),))
    assert set(view.apply(moved)) == places | {order_place("taobao", "s1", "o9")}
    assert view.apply(first) == ()
    assert view.of_order("taobao", "s1", "o-s1") == []
    assert view.of_order("taobao", "s1", "o9") == [moved]
    assert set(view.apply(replace(moved, revision=2, status="withdrawn"))) == places - {
        order_place("taobao", "s1", "o-s1")
    } | {order_place("taobao", "s1", "o9")}
    assert view.apply(moved) == ()
    assert view.alert("a1") is None


def test_memory_grows_with_what_stands_alone() -> None:
    view = StandingView(NETWORKS)
    for revision in range(1000):
        view.apply(replace(an_alert(), revision=revision))
    once = view_of([an_alert()])
    assert len(view) == 1
    assert abs(view.bytes - once.bytes) < 8
    view.apply(replace(an_alert(), revision=1000, status="withdrawn"))
    assert (len(view), view.bytes, view._places) == (0, 0, {})
