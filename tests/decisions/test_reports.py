"""A shop's report: why it is rejected, when it is late, what an objection does, and until when figures are clean."""

from typing import Any

import pytest

from cloudtag.contract.events import ComplaintChanged, OrderChanged
from cloudtag.contract.types import Proof
from cloudtag.decisions.reports import judge_reports
from cloudtag.detection.complaint_view import ComplaintView
from cloudtag.detection.order_view import OrderView
from cloudtag.policy.load import shipped

HOUR = 3_600_000
DAY = 24 * HOUR
T0 = 1_772_586_000_000
"""Wednesday, 4 March 2026, 09:00 in Shanghai."""
THURSDAY_MIDNIGHT = T0 + 15 * HOUR
V1, V2 = 1_420_041_600_000, 1_546_300_800_000
"""In 2015 and in 2019."""


def said(
    status: Any = "opened",
    at: Any = T0,
    kind: Any = "malicious_refund",
    name: Any = "c1",
    shop: Any = "s1",
    platform: Any = "taobao",
    by: Any = "shop",
    **fields: Any,
) -> Any:
    return ComplaintChanged(
        f"{name}-{status}-{at}", at, platform, name, "b1", shop, by, status, kind, **{"order_id": "o1", **fields}
    )  # fmt: skip


def placed(shop: Any = "s1", platform: Any = "taobao") -> Any:
    return OrderView("o1", [OrderChanged("e1", V1 - DAY, platform, "o1", "b1", shop, "placed")])


def reports(*events: Any, now: Any = T0, orders: Any = None) -> Any:
    by_name: dict[Any, Any] = {}
    for event in events:
        by_name.setdefault((event.shop_id, event.complaint_id), []).append(event)
    own = [placed(platform=events[0].platform)] if orders is None else orders
    views = [ComplaintView(found) for found in by_name.values()]
    judged = judge_reports(views, {"o1": own}, shipped(), now)
    return [report.record for report in judged.reports], judged


def fates(*events: Any, **fields: Any) -> Any:
    return [(r.status, r.reason) for r in reports(*events, **fields)[0]]


def test_it_is_answered_at_once() -> None:
    ((one,), _) = reports(said())
    assert (one.report_id, one.status, one.channel, one.put_at, one.due_at) == (
        "c1", "pending", "complaint_centre", T0, THURSDAY_MIDNIGHT + 5 * DAY,
    )  # fmt: skip
    assert one.decided_at == T0


def test_a_buyers_complaint_is_no_report() -> None:
    assert fates(said(by="buyer")) == []


@pytest.mark.parametrize(
    ("orders", "reason"),
    [
        ([], "unknown_order"),
        ([placed("s2")], "not_your_order"),
        ([placed("s2", "tmall")], "not_your_order"),
        ([placed("s1", "jd")], "unknown_order"),
        ([placed("s2"), placed("s1")], None),
        ([placed("s1", "tmall")], None),
    ],
)
def test_whose_order_it_is(orders: Any, reason: Any) -> None:
    assert fates(said(), orders=orders) == [("rejected" if reason else "pending", reason)]


def test_reasons_are_tried_in_order() -> None:
    strange = {"kind": "harassment", "platform": "taobao"}
    assert fates(said(**strange), orders=[]) == [("rejected", "unknown_order")]
    assert fates(said(**strange)) == [("rejected", "unknown_scene")]


def test_a_report_about_no_order_is_asked_for_its_scene_alone() -> None:
    assert fates(said(order_id=None), orders=[]) == [("pending", None)]


AGAIN = {"name": "c2", "at": T0 + HOUR}


@pytest.mark.parametrize(
    ("platform", "at", "kind", "reason"),
    [
        ("taobao", T0, "malicious_refund", "duplicate_scenario"),
        ("taobao", T0, "malicious_order", None),
        ("aliexpress", V1, "malicious_order", "duplicate_order"),
        ("aliexpress", V2, "malicious_order", "duplicate_order"),
        ("aliexpress", V2, "malicious_refund", "duplicate_order"),
        ("aliexpress", T0, "malicious_order", None),
        ("aliexpress", T0, "malicious_refund", "duplicate_scenario"),
        ("aliexpress", T0, "harassment", None),
        ("aliexpress", T0, "malicious_complaint", "unknown_scene"),
    ],
)
def test_one_report_for_each_order_or_for_each_scene(platform: Any, at: Any, kind: Any, reason: Any) -> None:
    """A8, A9."""
    told = fates(said(at=at, platform=platform), said(at=at + HOUR, name="c2", kind=kind, platform=platform), now=at)
    assert told == [("pending", None), ("rejected" if reason else "pending", reason)]


def test_harassment_is_a_scene_since_v3() -> None:
    assert fates(said(at=V2, platform="aliexpress", kind="harassment")) == [("rejected", "unknown_scene")]


def test_a_rejected_report_uses_up_nothing() -> None:
    stranger, own = said(shop="s2"), said(**AGAIN)
    assert fates(stranger, own) == [("rejected", "not_your_order"), ("pending", None)]


@pytest.mark.parametrize(("at", "is_free"), [(T0 + HOUR, True), (T0 + HOUR + 1, False)])
def test_once_taken_back_the_order_is_free_again(at: Any, is_free: Any) -> None:
    told = fates(said(), said("withdrawn", at), said(**AGAIN))
    assert told[1] == (("pending", None) if is_free else ("rejected", "duplicate_scenario"))


DUE = THURSDAY_MIDNIGHT + 5 * DAY
"""Monday's end: Thursday, Friday and Monday are the three working days."""


@pytest.mark.parametrize(("now", "status"), [(DUE, "pending"), (DUE + 1, "overdue")])
def test_overdue_is_after_the_last_working_day(now: Any, status: Any) -> None:
    (records, judged) = reports(said(), now=now)
    assert records[0].status == status
    assert judged.timers == ([DUE + 1] if status == "pending" else [])


@pytest.mark.parametrize(("at", "days"), [(THURSDAY_MIDNIGHT - 1, 0), (THURSDAY_MIDNIGHT, 1)])
def test_days_are_those_of_shanghai(at: Any, days: Any) -> None:
    assert reports(said(at=at))[0][0].due_at == DUE + days * DAY


@pytest.mark.parametrize(("at", "hours"), [(V2, 48), (T0, 48)])
def test_since_v2_aliexpress_has_forty_eight_hours(at: Any, hours: Any) -> None:
    first = said(at=at, platform="aliexpress")
    assert reports(first, now=at + hours * HOUR)[0][0].status == "pending"
    assert reports(first, now=at + hours * HOUR + 1)[0][0].status == "overdue"


def test_v1_had_fifteen_working_days() -> None:
    (one,) = reports(said(at=V1, platform="aliexpress"), now=V1)[0]
    assert 19 * DAY < one.due_at - V1 < 24 * DAY


def test_the_latest_decision_stands() -> None:
    upheld, overturned = said("upheld", T0 + HOUR), said("rejected", T0 + 2 * HOUR)
    assert fates(said(), upheld) == [("upheld", None)]
    assert fates(said(), upheld, overturned) == [("refused", None)]
    assert fates(said(), upheld, overturned, said("withdrawn", T0 + 3 * HOUR)) == [("withdrawn", None)]


def test_told_again_a_decision_changes_nothing() -> None:
    events = [said(), said("upheld", T0 + HOUR)]
    assert reports(*events, said("upheld", T0 + 2 * HOUR))[0] == reports(*events)[0]


def test_an_objection_begins_a_new_term() -> None:
    """A10."""
    decided = [said(), said("rejected", T0 + DAY)]
    (one,) = reports(*decided, said("reopened", T0 + 9 * DAY), now=T0 + 9 * DAY)[0]
    assert (one.status, one.decided_at) == ("pending", T0 + 9 * DAY)
    assert one.due_at == THURSDAY_MIDNIGHT + 14 * DAY, "objected to on a Friday: the end of Wednesday"
    late = reports(*decided, said("reopened", T0 + 9 * DAY), now=one.due_at + 1)[0][0]
    assert late.status == "overdue"


def test_late_once_is_late_for_good() -> None:
    events = [said(), said("upheld", DUE + HOUR)]
    _, judged = reports(*events, now=DUE + DAY)
    assert [term.is_late(DUE + DAY) for term in judged.reports[0].terms] == [True]
    _, judged = reports(said(), said("upheld", DUE), now=DUE + DAY)
    assert [term.is_late(DUE + DAY) for term in judged.reports[0].terms] == [False]


@pytest.mark.parametrize(("decided", "times"), [(1, [1]), (0, [])])
def test_a_decision_known_ahead_of_event_time_does_not_hide_that_it_is_late(decided: int, times: list[int]) -> None:
    due = THURSDAY_MIDNIGHT + 5 * DAY
    assert reports(said(), said("upheld", due + decided))[1].timers == [due + at for at in times]


@pytest.mark.parametrize(("platform", "is_said"), [("aliexpress", True), ("taobao", False)])
def test_figures_are_clean_two_working_days_after(platform: Any, is_said: Any) -> None:
    (one,) = reports(said(platform=platform), said("upheld", T0 + HOUR, platform=platform))[0]
    assert one.cleaned_by == (THURSDAY_MIDNIGHT + 2 * DAY if is_said else None)
    assert reports(said(platform=platform))[0][0].cleaned_by is None


@pytest.mark.parametrize(
    ("kind", "is_complete"),
    [("picture", True), ("sms", True), ("call_record", True), ("video", False), ("chat", False), ("other", False)],
)
def test_which_vouchers_complete_it(kind: Any, is_complete: Any) -> None:
    """B12, B17."""
    (one,) = reports(said(evidence=(Proof("a" * 64, kind),)))[0]
    assert (one.vouchers_complete, one.chat_authorised) == (is_complete, False)


def test_the_number_of_the_chat_may_come_later() -> None:
    (one,) = reports(said(), said("unknown", T0 + HOUR, chat_evidence_no="n1"))[0]
    assert (one.chat_authorised, one.vouchers_complete) == (True, False)


def test_reviews_are_reported_where_reviews_are_managed() -> None:
    assert reports(said(kind="malicious_review"))[0][0].channel == "review_management"
    assert reports(said(kind="malicious_review", platform="aliexpress"))[0][0].channel == "report_centre"
