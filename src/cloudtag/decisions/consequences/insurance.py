"""Freight insurance on tagged or suspected orders: hold, refuse, follow the complaint, pay, recover (J9, J10, J12)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from cloudtag.contract.events import InsuranceChanged
from cloudtag.contract.records import TagStatus
from cloudtag.decisions.consequences.case import (
    ConsequenceCase,
    ConsequenceTimer,
    Follows,
    consequence,
    put_at,
)
from cloudtag.decisions.reports import order_of
from cloudtag.decisions.severity import severe_since
from cloudtag.decisions.tag_windows import stands
from cloudtag.detection.buyer_case import is_about
from cloudtag.detection.complaint_view import ComplaintView
from cloudtag.detection.order_view import OrderView

InsuranceDecision = Literal["hold", "refuse", "follow_complaint", "pay", "recover"]
_SCENARIO = "freight_insurance"
_GRAVE = ("high", "critical")
_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS


class Doubt(NamedTuple):
    """Why a claim is held, of which tag or alert, from when and until when."""

    at_ms: int
    until_ms: int
    because: str
    is_open: bool
    platform: str


def decide_claims(case: ConsequenceCase) -> Iterator[Follows | ConsequenceTimer]:
    """One decision per order with a freight insurance tag, or a high alert of that scenario.

    Confirmed: refuse, claimed or not, and recover what was paid before. While the buyer's complaint about the refusal
    is open: follow the complaint; when it was upheld, there is no refusal any more, and when it was rejected the
    refusal stands again. Not confirmed: a claim is held until the tag falls due, or for some hours after the alert,
    and paid after that, unless it is confirmed later. What was paid before there was a doubt is not held.
    """
    tags: dict[tuple[str, str], list[TagStatus]] = {}
    for tag in case.tags:
        if tag.scenario == _SCENARIO and tag.status in ("confirmed", "pending", "expired"):
            tags.setdefault((tag.order_id, tag.shop_id), []).append(tag)
    suspected = {
        (order_id, shop_id)
        for (shop_id, order_id), order in case.orders.items()
        if order.insurance and any(_doubts_of_alerts(case, shop_id, order_id))
    }
    for order_id, shop_id in sorted(tags.keys() | suspected):
        about = tags.get((order_id, shop_id), [])
        confirmed = [tag for tag in about if tag.status == "confirmed"]
        order = case.orders.get((shop_id, order_id))
        if confirmed:
            yield from _refuse(case, order, confirmed)
        elif order is not None:
            doubts = [*_doubts_of_tags(about), *_doubts_of_alerts(case, shop_id, order_id)]
            yield from _hold(case, order, shop_id, doubts)


def _refuse(case: ConsequenceCase, order: OrderView | None, tags: list[TagStatus]) -> Iterator[Follows]:
    tag = min(tags, key=lambda tag: (tag.decided_at, tag.tag_id))
    complaints = [c for c in case.complaints if _is_about_refusal(c, tag)]
    if any(complaint.status == "upheld" for complaint in complaints):
        return
    opened = [complaint for complaint in complaints if complaint.status in ("opened", "reopened")]
    because = [*(tag.tag_id for tag in tags), *(complaint.complaint_id for complaint in opened)]
    claims = _claims(order)
    decision: InsuranceDecision = "refuse"
    if opened:
        decision = "follow_complaint"
    elif any(claim.status == "paid" and claim.occurred_at <= tag.decided_at for claim in claims):
        decision = "recover"
    starts_at = max(tag.decided_at, min((c.events[0].occurred_at for c in opened), default=0))
    since_ms = min((put_at(tag), *(claim.occurred_at for claim in claims)))
    yield _decided(case, (tag.order_id, tag.shop_id, tag.platform), decision, because, starts_at, claims, since_ms)


def _hold(
    case: ConsequenceCase, order: OrderView, shop_id: str, doubts: list[Doubt]
) -> Iterator[Follows | ConsequenceTimer]:
    first = min(doubts)
    paid = {c.claim_id for c in order.insurance if c.status == "paid" and c.occurred_at <= first.at_ms}
    claims = [claim for claim in _claims(order) if claim.claim_id not in paid]
    if not claims:
        return
    about = (order.order_id, shop_id, first.platform)
    begins_at = max(first.at_ms, claims[0].occurred_at)
    since_ms = min(first.at_ms, claims[0].occurred_at)
    lasting = [doubt for doubt in doubts if doubt.is_open and max(case.now_ms, begins_at) < doubt.until_ms]
    because = [doubt.because for doubt in doubts]
    if lasting:
        until_ms = max(doubt.until_ms for doubt in lasting)
        yield _decided(case, about, "hold", because, begins_at, claims, since_ms, ends_at=until_ms)
        yield ConsequenceTimer(until_ms)
    else:
        until_ms = max(doubt.until_ms for doubt in doubts)
        yield _decided(case, about, "pay", because, max(begins_at, until_ms), claims, since_ms)


def _doubts_of_tags(tags: Iterable[TagStatus]) -> Iterator[Doubt]:
    for tag in tags:
        at_ms = put_at(tag)
        # Without a limit it is held for as long as the tag is open.
        until_ms = tag.due_at if tag.due_at is not None else at_ms + tag.window_days * _DAY_MS
        yield Doubt(at_ms, until_ms, tag.tag_id, tag.status == "pending", tag.platform)


def _doubts_of_alerts(case: ConsequenceCase, shop_id: str, order_id: str) -> Iterator[Doubt]:
    for alert in case.alerts:
        is_meant = alert.scenario == _SCENARIO and stands(alert) and is_about(alert, shop_id, order_id)
        at_ms = severe_since(alert, _GRAVE) if is_meant else None
        if at_ms is not None:
            hours = case.policies.at(alert.platform, at_ms).consequences.hold_hours
            yield Doubt(at_ms, at_ms + hours * _HOUR_MS, alert.alert_id, True, alert.platform)


def _is_about_refusal(complaint: ComplaintView, tag: TagStatus) -> bool:
    is_buyers = complaint.complainant != "shop" and complaint.events[0].shop_id == tag.shop_id
    return is_buyers and complaint.type == "insurance_refused" and order_of(complaint) == tag.order_id


def _claims(order: OrderView | None) -> list[InsuranceChanged]:
    return [change for change in order.insurance if change.status in ("claimed", "paid")] if order else []


def _decided(
    case: ConsequenceCase,
    about: tuple[str, str, str],
    decision: InsuranceDecision,
    because: list[str],
    starts_at: int,
    claims: list[InsuranceChanged],
    since_ms: int,
    ends_at: int | None = None,
) -> Follows:
    """`about`: the order, its shop and platform."""
    order_id, shop_id, platform = about
    details: dict[str, str] = {"decision": decision}
    if claims:
        details["claim_id"] = ", ".join(sorted({claim.claim_id for claim in claims}))
    record = consequence(
        case.buyer,
        "insurance_decision",
        ("order", order_id),
        case.policies.at(platform, starts_at),
        because,
        starts_at,
        details,
        anchor=shop_id,
        platform=platform,
        ends_at=ends_at,
        shop_id=shop_id,
    )
    return Follows(record, since_ms)
