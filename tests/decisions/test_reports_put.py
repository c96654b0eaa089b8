"""Which of a shop's reports stand in each other's way, by which event of each, and what a rejected one has."""

from typing import Any

import pytest
from msgspec.structs import replace

from cloudtag.contract.events import RefundChanged
from cloudtag.decisions.reports import Term, judge_reports
from cloudtag.detection.complaint_view import ComplaintView
from cloudtag.detection.order_view import OrderView
from cloudtag.policy.load import shipped
from cloudtag.policy.model import Policies
from tests.decisions.test_reports import AGAIN, DAY, HOUR, T0, V1, V2, fates, placed, reports, said

TAKEN = ("rejected", "duplicate_scenario")
OPEN = ("pending", None)


@pytest.mark.parametrize("decided_at", [None, T0 + HOUR])
def test_without_a_limit_nothing_is_late(decided_at: int | None) -> None:
    assert Term(0, T0, None, decided_at).late_at is None


def test_a_rejected_report_is_due_never_and_upheld_never() -> None:
    (one,), judged = reports(said(), said("upheld", T0 + HOUR), orders=[])
    assert (one.status, one.due_at, judged.reports[0].upheld_at, judged.timers) == ("rejected", None, None, [])
    assert reports(said(), said("upheld", T0 + HOUR))[1].reports[0].upheld_at == T0 + HOUR


def test_it_is_judged_by_what_was_in_force_when_it_was_put() -> None:
    (one,) = reports(said(at=V1, platform="aliexpress"), said("reopened", V2, platform="aliexpress"), now=V1)[0]
    assert one.due_at - V1 > 19 * DAY, "fifteen working days, as the first version had them"


def test_what_was_rejected_stands_in_nobodys_way() -> None:
    """A rejected duplicate is none of those whose scene is taken, once the first is taken back."""
    third = said(name="c3", at=T0 + 3 * HOUR)
    assert fates(said(), said(**AGAIN), said("withdrawn", T0 + 2 * HOUR), third) == [("withdrawn", None), TAKEN, OPEN]


def test_the_order_may_be_named_later() -> None:
    (one,) = reports(said(order_id=None), said("unknown", T0 + HOUR))[0]
    assert (one.status, one.order_id) == ("pending", "o1")


def test_whoever_was_put_first_stands_whatever_is_said_of_it_later() -> None:
    assert fates(said(), said("upheld", T0 + 3 * HOUR), said(**AGAIN)) == [("upheld", None), TAKEN]


def test_the_first_has_to_be_taken_back_before_the_second_is_put() -> None:
    events = said(), said("withdrawn", T0 + 2 * HOUR), said(**AGAIN), said("upheld", T0 + 3 * HOUR, name="c2")
    assert fates(*events)[1] == TAKEN


@pytest.mark.parametrize(("status", "fate"), [("unknown", OPEN), ("reopened", TAKEN)])
def test_what_nobody_knows_the_meaning_of_does_not_bring_back_what_was_withdrawn(status: str, fate: Any) -> None:
    events = said(), said("withdrawn", T0 + HOUR - 2), said(status, T0 + HOUR - 1), said(**AGAIN)
    assert fates(*events)[1] == fate


def test_of_which_nothing_is_known_but_that_it_was_put_was_not_taken_back() -> None:
    assert fates(said("unknown"), said(**AGAIN))[1] == TAKEN


def test_a_complaint_makes_no_order_of_the_shop() -> None:
    assert fates(said(), orders=[OrderView("o1", [said()])]) == [("rejected", "unknown_order")]


def test_a_refund_does() -> None:
    refund = RefundChanged("e2", T0, "taobao", "r1", "o1", "b1", "s1", "opened", "refund_only", "quality")
    assert fates(said(), orders=[OrderView("o1", [refund])]) == [OPEN]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {"shop": "s2"}),
        ({}, {"platform": "aliexpress"}),
        ({"order_id": None}, {}),
    ],
    ids=["of two shops", "of two networks", "about no order, and about one"],
)
def test_one_scene_is_not_taken_by_a_report_of_something_else(first: dict[str, Any], second: dict[str, Any]) -> None:
    orders = [placed(), placed("s2"), placed(platform="aliexpress")]
    assert fates(said(**first), said(**{**AGAIN, **second}), orders=orders) == [OPEN, OPEN]


def terms(*events: Any) -> list[tuple[int, int | None]]:
    """Since when each term of the one report runs, and when it was decided."""
    (report,) = reports(*events)[1].reports
    return [(term.began_at, term.decided_at) for term in report.terms]


UPHELD, REFUSED = said("upheld", T0 + HOUR), said("rejected", T0 + 2 * HOUR)


def test_the_first_decision_ends_a_term() -> None:
    assert terms(said(), UPHELD, REFUSED) == [(T0, T0 + HOUR)]


def test_an_objection_before_any_decision_begins_no_term() -> None:
    assert terms(said(), said("reopened", T0 + HOUR), REFUSED) == [(T0, T0 + 2 * HOUR)]


def test_an_objection_told_again_begins_no_further_term() -> None:
    again = said("reopened", T0 + 3 * HOUR), said("reopened", T0 + 4 * HOUR)
    assert terms(said(), UPHELD, *again) == [(T0, T0 + HOUR), (T0 + 3 * HOUR, None)]
    decided = said("rejected", T0 + 5 * HOUR), said("upheld", T0 + 6 * HOUR)
    assert terms(said(), UPHELD, *again, *decided)[1:] == [(T0 + 3 * HOUR, T0 + 5 * HOUR)]


def test_what_was_refused_is_not_upheld() -> None:
    assert reports(said(), REFUSED)[1].reports[0].upheld_at is None


def test_what_is_overdue_is_so_since_it_was_due() -> None:
    (one,) = reports(said(), now=T0 + 30 * DAY)[0]
    assert (one.status, one.decided_at) == ("overdue", one.due_at)


@pytest.mark.parametrize(("clean_days", "cleaned_by"), [(0, None), (1, T0 + 15 * HOUR + DAY)])
def test_a_pack_may_set_no_limit_and_one_day_to_clean(clean_days: int, cleaned_by: int | None) -> None:
    policy = shipped().at("taobao", T0)
    rules = replace(policy.reports, due_working_days=0, clean_working_days=clean_days)
    policies = Policies({"default": [replace(policy, reports=rules)]})
    judged = judge_reports([ComplaintView([said(), UPHELD])], {"o1": [placed()]}, policies, T0 + 30 * DAY)
    (one,) = (report.record for report in judged.reports)
    assert (one.status, one.due_at, one.cleaned_by) == ("upheld", None, cleaned_by)
