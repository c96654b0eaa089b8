"""What a platform lets follow from alerts, tags and cases: the parameters of domain sections 5 and 6."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

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


class ConsequenceRules(Struct, frozen=True, forbid_unknown_fields=True):
    """What follows for orders, claims and buyers (B22, B24, B28, A3, A16, A22, J9, J10, J11).

    `excluded_metrics` are the shop's figures an order no longer counts in, once one of `exclusion_bases` holds; none
    means nothing is excluded. `removes_reviews`: the buyer's review of such an order goes too, and for `score_months`
    its part in the shop's score. A refund deadline is warned of `deadline_warning_hours` ahead.
    """

    excluded_metrics: tuple[str, ...] = ()
    exclusion_bases: tuple[ExclusionBasis, ...] = ("confirmed_tag", "upheld_complaint")
    removes_reviews: bool = False
    score_months: _Months = 6
    suggests_order_limit: bool = True
    deadline_warning_hours: Hours = 24


class SanctionRules(Struct, frozen=True, forbid_unknown_fields=True):
    """The ladder of sanctions (B18, A23): the first confirmation's, the second's …; the last one stays.

    `critical` is the sanction for any confirmation of an order that also has a critical alert. `benefits` are what
    `strip_benefits` takes. A freeze lasts `freeze_days`; 0: until it is reversed.
    """

    ladder: Annotated[tuple[Sanction, ...], Meta(min_length=1)] = (
        "warn",
        "real_name_check",
        "strip_benefits",
        "freeze",
    )
    critical: Sanction = "freeze"
    benefits: tuple[str, ...] = ("fast_refund", "red_envelopes", "coupons")
    freeze_days: _Few = 0


class DeadlineRules(Struct, frozen=True, forbid_unknown_fields=True):
    """Until when the platform decides (J12, B11, A2/A6, A17/A20), on the working days of a calendar.

    A shop's complaint is due `complaint_working_days` after it was opened, a tag is decided or reported pending
    `tag_hours` after it was put, or `tag_working_days` after where a platform counts those; 0 means no such limit.
    Days begin and end in `time_zone`; `calendar` is `CN` (weekends, holidays and the days worked instead of them) or
    `weekdays` (Monday to Friday).
    """

    complaint_working_days: WorkingDays = 3
    tag_hours: Hours = 48
    tag_working_days: WorkingDays = 0
    time_zone: str = "Asia/Shanghai"
    calendar: Literal["CN", "weekdays"] = "CN"


class SellerRules(Struct, frozen=True, forbid_unknown_fields=True):
    """The penalty ladder for sellers' false transactions (section 6, P1 to P11).

    A case takes effect when no appeal was opened in `appeal_days`, or when the appeal failed. Up to `few_orders` orders
    the lists `few_…` apply, above it `many_…`; item n is for the n-th violation of the calendar year, the last one for
    all further ones. `…_points` are penalty points, `…_shield_days` how long the shop is shielded. `measures` come with
    a shield, `removed` is taken from the orders in any case and `kept` is not. A severe case costs `severe_points`,
    knows no appeal and freezes the account for good `freeze_after_days` after it took effect. `spares_cleaned`: a case
    the shop cleaned up before it took effect costs nothing.
    """

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
    measures: tuple[str, ...] = ("shop_shielded", "no_new_listings", "public_warning", "promotions_barred")
    spares_cleaned: bool = False
