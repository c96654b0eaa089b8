"""What a platform lets follow from alerts, tags and cases: the parameters of domain sections 5 and 6."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

Sanction = Literal["warn", "real_name_check", "purchase_limit", "strip_benefits", "freeze", "no_login"]
"""What may befall a confirmed buyer's account, roughly from mild to hard; a platform's ladder gives the order."""
ExclusionBasis = Literal["confirmed_tag", "upheld_complaint", "abnormal_verdict"]
"""What takes an order out of a shop's figures: its tag confirmed, the shop's complaint about it upheld, an alert about
it answered `abnormal`."""
Hours = Annotated[int, Meta(ge=0, le=8760)]
"""A duration in hours, up to a year."""
WorkingDays = Annotated[int, Meta(ge=0, le=250)]
"""A number of working days, up to 250."""
Points = Annotated[int, Meta(ge=0, le=48)]
"""Penalty points of a seller, up to 48."""
_Months = Annotated[int, Meta(ge=1, le=120)]
_Few = Annotated[int, Meta(ge=0, le=3650)]
Rung = Annotated[int, Meta(ge=1, le=10)]
"""A rung of a ladder of sanctions."""


_Severities = tuple[Literal["medium", "high", "critical"], ...]
"""Of alerts: nothing is decided by a low one, it says to watch."""


class ConsequenceRules(Struct, frozen=True, forbid_unknown_fields=True):
    """What follows for orders, claims and buyers (B22, B24, B28, A3, A13, A16, A22, J9, J10, J11).

    `excluded_metrics` are the shop's figures an order no longer counts in, once one of `exclusion_bases` holds; none
    means nothing is excluded. `dispute_metrics` come on top where it is for a malicious dispute, and once such a report
    is upheld for every disputed order of that buyer at that shop, those of the next `dispute_days` included (A13).
    `order_actions`: what an `abnormal` verdict allows the shop to do with the order (A22). `review_scenarios`: the
    scenarios for which the buyer's review of the order goes too, and for `score_months` its part in the shop's score.
    A refund deadline is warned of `deadline_warning_hours` ahead. A claim is held `hold_hours` for an alert alone.
    """

    excluded_metrics: tuple[str, ...] = ()
    exclusion_bases: tuple[ExclusionBasis, ...] = ("confirmed_tag", "upheld_complaint")
    dispute_metrics: tuple[str, ...] = ()
    dispute_days: _Few = 30
    order_actions: tuple[str, ...] = ()
    removes_reviews: bool = False
    review_scenarios: tuple[str, ...] = ("extortion", "competitor_review", "malicious_review")
    score_months: _Months = 6
    suggests_order_limit: bool = True
    deadline_warning_hours: Hours = 24
    hold_hours: Hours = 48


_DAYS = {
    "warn": 180,
    "real_name_check": 180,
    "purchase_limit": 30,
    "strip_benefits": 90,
    "freeze": 30,
    "no_login": 0,
}


class SanctionRules(Struct, frozen=True, forbid_unknown_fields=True):
    """The ladder of sanctions (B18, A1, A23, B26, F20): its rungs, mildest first; none means no sanctions at all.

    The rung is the higher of how often (one for each confirmation, and one more for each further threshold of
    independent shops in it) and of what the gravest confirmed alert asks for (`low_rung` … `critical_rung`). The last
    one needs `last_rung_causes` independent causes, one of them with evidence of the platform; causes about one order
    alone reach `one_order_rung` at most. `takes_verdicts`: an `abnormal` verdict on a grave alert is a cause too.
    `benefits` are what `strip_benefits` takes. `days`: how long each lasts; 0, or not named: until it is reversed.
    `clean_days` after the last cause the ladder begins anew.
    """

    ladder: tuple[Sanction, ...] = ("warn", "real_name_check", "strip_benefits", "no_login")
    low_rung: Rung = 1
    medium_rung: Rung = 1
    high_rung: Rung = 2
    critical_rung: Rung = 3
    one_order_rung: Rung = 2
    last_rung_causes: Rung = 2
    takes_verdicts: bool = False
    benefits: tuple[str, ...] = ("fast_refund", "red_envelopes", "coupons")
    days: dict[str, _Few] = field(default_factory=_DAYS.copy)
    clean_days: _Few = 365

    def rung_for(self, severity: str) -> int:
        """The rung a confirmed alert of that severity asks for, from 1."""
        rungs = {"medium": self.medium_rung, "high": self.high_rung, "critical": self.critical_rung}
        return rungs.get(severity, self.low_rung)


class ReportRules(Struct, frozen=True, forbid_unknown_fields=True):
    """A shop's complaint or report as its platform handles it (B11, B12, B16, A2 to A10).

    `scenes`: the types of complaint that can be put. `is_once_per_order`: one report for each order, else one for each
    order and scene. It is due `due_working_days` after it was put or objected to, or `due_hours` after where that is
    not 0; 0 for both means no such limit. Once it is upheld, the figures are clean within `clean_working_days` (0: not
    said).
    """

    scenes: tuple[str, ...] = ("malicious_order", "malicious_refund", "malicious_complaint", "malicious_review")
    is_once_per_order: bool = False
    due_working_days: WorkingDays = 3
    due_hours: Hours = 0
    clean_working_days: WorkingDays = 0


class DecisionRules(Struct, frozen=True, forbid_unknown_fields=True):
    """What a decision says, from the severities of what stands (section 5a).

    Money, and a return, wait for a review where an alert of one of `review_severities` stands about the buyer. They are
    held for one of `hold_severities` that names the refund, and for one of `tagged_hold_severities` that does while a
    tag of its scenario on the order is confirmed. An order is reviewed before it is shipped where one of
    `order_severities` names it; so is an insurance claim for one of `claim_severities` of its scenario on the order.

    An answer is good for `valid_minutes`. What stands counts as known up to now while it was read to its end within
    `behind_seconds`; where it was not, nothing is granted but what is in `open_when_behind`, and all else is reviewed.
    """

    review_severities: _Severities = ("medium", "high", "critical")
    hold_severities: _Severities = ("critical",)
    tagged_hold_severities: _Severities = ("high",)
    order_severities: _Severities = ("high", "critical")
    claim_severities: _Severities = ("medium", "high", "critical")
    valid_minutes: Annotated[int, Meta(ge=1, le=1440)] = 30
    behind_seconds: Annotated[int, Meta(ge=1, le=86_400)] = 30
    open_when_behind: tuple[Literal["refund", "return", "order", "claim"], ...] = ("order",)


class DeskRules(Struct, frozen=True, forbid_unknown_fields=True):
    """When one person alone does not suffice at the desk (section 5).

    An act about a case of more money than `second_person_above` (minor units, by currency) is only proposed: another
    person of the same house approves it within `second_person_hours`. A currency that is not named, and money that is
    not known, wait for nobody.
    """

    second_person_above: dict[str, Annotated[int, Meta(ge=0)]] = {}
    second_person_hours: Annotated[int, Meta(ge=1, le=8760)] = 24


class DeadlineRules(Struct, frozen=True, forbid_unknown_fields=True):
    """Until when a tag is decided or published anew (J12, A17/A20), and on which calendar working days are counted.

    It is due `tag_hours` after it was put, or `tag_working_days` after where a platform counts those; 0 means no such
    limit. Days begin and end in `time_zone`; `calendar` is `CN` (weekends, holidays and the days worked instead of
    them) or `weekdays` (Monday to Friday).
    """

    tag_hours: Hours = 48
    tag_working_days: WorkingDays = 0
    time_zone: str = "Asia/Shanghai"
    calendar: Literal["CN", "weekdays"] = "CN"


class SellerRules(Struct, frozen=True, forbid_unknown_fields=True):
    """The penalty ladder for sellers' false transactions (section 6, P1 to P11).

    `is_on`: whether the platform has it. A case takes effect when no appeal was opened in `appeal_days`, or when the
    appeal failed. Up to `few_orders` orders the lists `few_…` apply, above it `many_…`; item n is for the n-th
    violation of the calendar year, the last one for all further ones. `…_points` are penalty points, `…_shield_days`
    how long the shop is shielded. `measures` come with a shield, `full_measures` with one of `full_from_points` or
    more. `removed` is taken from the orders in any case and `kept` is not. A severe case costs `severe_points`, knows
    no appeal and freezes the account for good `freeze_after_days` after it took effect. `spares_cleaned`: a case the
    shop cleaned up before it took effect costs nothing.
    """

    is_on: bool = False
    appeal_days: _Few = 3
    few_orders: Annotated[int, Meta(ge=0, le=100_000)] = 96
    few_points: Annotated[tuple[Points, ...], Meta(min_length=1)] = (0, 0, 12, 48)
    few_shield_days: Annotated[tuple[_Few, ...], Meta(min_length=1)] = (0, 0, 7, 28)
    many_points: Annotated[tuple[Points, ...], Meta(min_length=1)] = (12, 12, 48)
    many_shield_days: Annotated[tuple[_Few, ...], Meta(min_length=1)] = (7, 7, 28)
    severe_points: Points = 48
    freeze_after_days: _Few = 30
    removed: tuple[str, ...] = ("sales", "scores", "credit", "comments")
    kept: tuple[str, ...] = ("medium_reviews", "bad_reviews")
    measures: tuple[str, ...] = ("shop_shielded", "no_new_listings", "public_warning", "some_promotions_barred")
    full_measures: tuple[str, ...] = ("shop_shielded", "no_new_listings", "public_warning", "all_promotions_barred")
    full_from_points: Points = 48
    spares_cleaned: bool = False
