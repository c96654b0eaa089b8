"""Orders a shop is warned of, or that are held, before they are shipped (A17, B10, J11)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from cloudtag.contract.disputes import OrderLimitChanged
from cloudtag.decisions.consequences.case import ConsequenceCase, ConsequenceTimer, Follows, consequence, lasting
from cloudtag.decisions.consequences.sanctions import Sanctioned, sanctions_of
from cloudtag.decisions.severity import severe_since
from cloudtag.decisions.tag_windows import stands
from cloudtag.detection.order_view import OrderView

_OVER = ("shipped", "completed", "closed_unpaid", "cancelled")
_LIMIT = "purchase_limit"


class WatchGround(NamedTuple):
    """Why orders are warned of or held: since when and, where it ends by itself, until when; the id of what says so."""

    at_ms: int
    ends_at: int | None
    because: str
    since_ms: int
    basis: str


def watch_unshipped(case: ConsequenceCase) -> Iterator[Follows | ConsequenceTimer]:
    """One warning and one hold at most for each order that is not shipped yet, while a ground of its network lasts."""
    sanctions = sanctions_of(case)
    if not (sanctions or case.confirmations or case.limits or any(a.severity == "critical" for a in case.alerts)):
        return
    for _, order in sorted(case.orders.items()):
        if not order.changes or order.shop_id is None:
            continue
        network = case.policies.networks[order.platform or ""]
        yield from _told(case, order, "order_warning", list(_warning(case, network, sanctions)))
        yield from _told(case, order, "order_hold", list(_hold(case, network, order, sanctions)))


def _told(
    case: ConsequenceCase, order: OrderView, kind: str, grounds: list[WatchGround]
) -> Iterator[Follows | ConsequenceTimer]:
    """From the first ground on, until the order is shipped or closed or the last ground is over."""
    if not grounds:
        return
    placed_at = order.began_at
    over_at = min((order.first_at[status].occurred_at for status in _OVER if status in order.first_at), default=None)
    grounds = [g for g in grounds if over_at is None or g.at_ms < over_at]
    # A ground that was over before the order was placed is none.
    grounds = [g for g in grounds if g.ends_at is None or g.ends_at > placed_at]
    if not grounds or (over_at is not None and over_at <= placed_at):
        return
    ends = [ground.ends_at for ground in grounds]
    lasts_until = None if None in ends else max(end for end in ends if end is not None)
    times = [at for at in (over_at, lasts_until) if at is not None]
    begins_at = max(placed_at, min(ground.at_ms for ground in grounds))
    policy = case.policies.at(order.platform or "", begins_at)
    record = consequence(
        case.buyer,
        kind,
        ("order", order.order_id),
        policy,
        (ground.because for ground in grounds),
        begins_at,
        {"basis": ", ".join(sorted({ground.basis for ground in grounds}))},
        anchor=order.shop_id or "",
        platform=order.platform or "",
        ends_at=min(times, default=None),
        shop_id=order.shop_id,
    )
    yield from lasting(Follows(record, min(placed_at, *(ground.since_ms for ground in grounds))), case.now_ms)


def _warning(case: ConsequenceCase, network: str, sanctions: Iterable[Sanctioned]) -> Iterator[WatchGround]:
    """A sanction, a confirmation, a critical alert: of the buyer, in the same network of platforms."""
    for found in sanctions:
        if found.network == network:
            yield from _of_sanction(found, "sanction")
    for one in case.confirmations:
        if case.policies.networks[one.platform] == network:
            yield WatchGround(one.confirmed_at, None, one.confirmation_id, one.confirmed_at, "confirmation")
    for alert in case.alerts:
        is_critical = alert.severity == "critical" and stands(alert)
        if is_critical and case.policies.networks[alert.platform] == network:
            at_ms = severe_since(alert, ("critical",)) or alert.decided_at
            yield WatchGround(at_ms, None, alert.alert_id, alert.first_event_at, "critical_alert")


def _hold(
    case: ConsequenceCase, network: str, order: OrderView, sanctions: Iterable[Sanctioned]
) -> Iterator[WatchGround]:
    """The shop's own limit for orders placed while it lasts (J11), a purchase limit for all."""
    for found in sanctions:
        if found.network == network:
            yield from _of_sanction(found, _LIMIT, _LIMIT)
    for ground in limits_at(case, order.shop_id or "", network):
        if ground.at_ms <= order.began_at:
            yield ground


def _of_sanction(found: Sanctioned, basis: str, sanctioned: str | None = None) -> Iterator[WatchGround]:
    """One for each step of it, or each that is a certain sanction: until its end, or until the next one takes its
    place."""
    for step, following in pairwise((*found.steps, None)):
        assert step is not None
        if sanctioned in (None, found.name_of(step)):
            ends = [at for at in (step.ends_at, following and following.at_ms) if at is not None]
            known = [cause for cause in found.causes if cause.at_ms <= step.at_ms]
            since_ms = min(cause.since_ms for cause in known)
            yield WatchGround(step.at_ms, min(ends, default=None), known[-1].id, since_ms, basis)


def limits_at(case: ConsequenceCase, shop_id: str, network: str) -> list[WatchGround]:
    """The spans in which a shop barred the buyer; setting a limit again while it lasts changes nothing."""
    spans: list[WatchGround] = []
    began: OrderLimitChanged | None = None
    for change in sorted(case.limits, key=lambda c: (c.occurred_at, c.event_id)):
        if change.shop_id != shop_id or case.policies.networks[change.platform] != network:
            continue
        if change.status == "set" and began is None:
            began = change
        elif change.status == "lifted" and began is not None:
            spans.append(_span(began, change.occurred_at))
            began = None
    return [*spans, _span(began, None)] if began is not None else spans


def _span(began: OrderLimitChanged, ends_at: int | None) -> WatchGround:
    return WatchGround(began.occurred_at, ends_at, began.event_id, began.occurred_at, "shop_limit")
